"""Logs of a shop, from a seed: small ones with everything in them."""

import datetime
import random

CATEGORIES = ["fresh_fish", "frozen_fish", "semi_manufactures", "canned_food",
              "caviar"]
FIRST_DAY = datetime.datetime(2018, 8, 1)


def line(url, ip="8.8.8.8", when="2018-08-03 10:00:00", end="\n"):
    """url: what follows the host, with its slash."""
    return f"web | {when} [A] INFO: {ip} https://shop.com{url}{end}".encode()


def addresses(random_, count):
    """Of many countries, of none, IPv6, and IPv4 in the clothes of IPv6."""
    for i in range(count):
        v4 = ".".join(str(random_.randrange(1, 224)) for _ in range(4))
        yield {0: f"192.168.0.{i % 200 + 1}",
               1: f"2a02:6b8:{random_.randrange(1, 1 << 16):x}::1",
               2: f"::ffff:{v4}",
               3: f"2001:DB8:0:0:0:0:0:{i + 1:X}"}.get(i % 12, v4)


def visits(seed, lines, days=14):
    """About `lines` lines, visitors interleaved: they look around, fill
    carts, pay or leave. A tenth of the times lie out of order."""
    random_ = random.Random(seed)
    visitors = list(addresses(random_, max(2, lines // 12)))
    open_carts = {}  # by visitor
    span_s = days * 86400
    out = []
    while len(out) < lines:
        visitor = random_.choice(visitors)
        second = span_s * len(out) // lines
        if random_.random() < 0.1:
            second = random_.randrange(span_s)
        when = FIRST_DAY + datetime.timedelta(seconds=second)

        def visit(url):
            out.append(line(url, visitor, when.isoformat(" ")))

        category = random_.choice(CATEGORIES)
        goods = random_.randrange(40)
        step = random_.random()
        if step < 0.15:
            visit("/")
        elif step < 0.35:
            visit(f"/{category}/")
        elif step < 0.5:
            visit(f"/{category}/goods_{goods}/")
        elif step < 0.8:
            cart = open_carts.setdefault(visitor, random_.randrange(lines))
            visit(f"/{category}/goods_{goods}/")
            if random_.random() < 0.1:
                visit("/search?q=1")  # so the next line is no vote
            visit(f"/cart?goods_id={goods}&amount=1&cart_id={cart}")
        elif visitor in open_carts:
            cart = open_carts[visitor]
            if random_.random() < 0.8:
                visit(f"/pay?user_id={random_.randrange(lines // 20 + 1)}"
                      f"&cart_id={cart}")
            if random_.random() < 0.8:
                visit(f"/success_pay_{cart}/")
                del open_carts[visitor]
        else:
            visit("/about/us/today")
    return b"".join(out)


# Lines that are no request, each with what is wrong with it.
MALFORMED = {
    "only blanks": b" \t\n",
    "a field missing": b"web | 2018-08-03 10:00:00 [A] INFO: 8.8.8.8\n",
    "a field too many": line("/ more"),
    "no bar": line("/").replace(b"|", b"!"),
    "impossible day": line("/", when="2018-02-29 10:00:00"),
    "impossible hour": line("/", when="2018-08-03 24:00:00"),
    "second 60": line("/", when="2018-08-03 10:00:60"),
    "year 0": line("/", when="0000-08-03 10:00:00"),
    "no id": line("/").replace(b"[A]", b"A"),
    "no level": line("/").replace(b"INFO:", b"INFO"),
    "three numbers": line("/", ip="8.8.8"),
    "leading zero": line("/", ip="8.8.8.08"),
    "nine groups": line("/", ip="1:2:3:4:5:6:7:8:9"),
    "a zone": line("/", ip="fe80::1%1"),
    "no host": line("").replace(b"shop.com", b""),
    "no scheme": line("/").replace(b"https:", b""),
    "a control character": line("/x\x07y/"),
    "a NUL": line("/x\0y/"),
    "DEL": line("/x\x7fy/"),
    "two CRs": line("/", end="\r\r\n"),
    "not UTF-8": line("/").replace(b"com/", b"com/\xc0\xaf"),
    "over 64 KiB": line("/" + "x" * 65536),
}

# Lines that are easily taken for something else; all of them are well-formed.
CORNERS = b"".join([
    line("", end="\r\n"),
    b"\n\r\n",
    line("").replace(b"web | ", b"\tweb  |\t"),
    line("?a=/x/y"),
    line("//fresh_fish///corner"),
    line("/frozen_fish/#/x", ip="8.8.4.4"),
    line("/cart/?cart_id=990001&goods_id=990001&amount=0&goods_id=7#cart_id=1",
         ip="::ffff:8.8.8.8"),
    line("/pay?user_id=1&cart_id=990001"),
    line("/semi_manufactures/corner", ip="8.8.4.4"),
    line("/cart?goods_id=990008&amount=1&cart_id=990001", ip="8.8.4.4"),
    line("/cart?goods_id=18446744073709551615&amount=1&cart_id=990001"),
    line("/cart?goods_id=18446744073709551616&amount=1&cart_id=990001"),
    line("/cart?goods_id=000000000000000000000000007&amount=1&cart_id=990001"),
    line("/success_pay_990001"),
    line("/success_pay_990002/", ip="8.8.4.4"),
    line("/success_pay_18446744073709551616/"),
    line("/success_pay_1/2"), line("/success_pay_x/"), line("/success_pay/"),
    line("/cart?goods_id=1&amount=&cart_id=990003"),
    line("/pay#?user_id=1&cart_id=990004"),
    line("/pay?user_id=x&user_id=1&cart_id=990005"),
    line("/caf%C3%A9/"), line("/café/"),
    line("/", ip="::1"), line("/", ip="2001:4860:4860::8888"),
    line("/", when="0001-01-01 00:00:00"),
    line("/", when="9999-12-31 23:59:59"),
    line("/").replace(b"[A] INFO:", b"[] :"),
    line("/a/b/" + "x" * (65536 - len(line("/a/b/")) + 1)),  # just 64 KiB
])
