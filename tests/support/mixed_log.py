"""Logs whose few carts are asked for in every spelling, usual and not, at times that
go back and forth: what counts is the order of lines, however each is written."""

CATEGORIES = ("fresh_fish", "frozen_fish", "semi_manufactures", "caviar")
DAYS = 3


def number(dice, below):
    digits = str(dice.randrange(below))
    return "0" * dice.randrange(1, 25) + digits if dice.random() < .1 else digits


def query(dice, is_usual, **fields):
    pairs = [f"{name}={value}" for name, value in fields.items()]
    if not is_usual:
        dice.shuffle(pairs)
        pairs.insert(dice.randrange(len(pairs) + 1),
                     dice.choice(("", "x=1", "cart_id=", "#cart_id=9")))
    return "&".join(pairs)


def path(dice, is_usual):
    cart, goods, user = number(dice, 8), number(dice, 12), number(dice, 4)
    before = "/" if is_usual else dice.choice(("/", "//"))
    behind = "?" if is_usual else dice.choice(("?", "/?", "?&"))
    kind = dice.randrange(6)
    if kind == 0:
        return f"{before}{dice.choice(CATEGORIES)}/"
    if kind == 1:
        return f"{before}{dice.choice(CATEGORIES)}/{goods}/"
    if kind in (2, 3):
        return f"{before}cart{behind}" + query(
            dice, is_usual, goods_id=goods, amount=number(dice, 9), cart_id=cart)
    if kind == 4:
        return f"{before}pay{behind}" + query(dice, is_usual, user_id=user,
                                              cart_id=cart)
    return f"{before}success_pay_{cart}" + (
        "/" if is_usual else dice.choice(("", "//", "/?x", "#/")))


def mixed_log(dice, lines, unusual):
    """Of so many lines; the part `unusual` of them is spelled in another way."""
    return b"".join(
        b"shop_api      | 2018-08-%02d %02d:%02d:%02d [OOZLQWZC] INFO: 5.8.%d.7 "
        b"https://shop.com%s\n" % (
            dice.randrange(DAYS) + 1, dice.randrange(24), dice.randrange(60),
            dice.randrange(60), dice.randrange(9),
            path(dice, dice.random() >= unusual).encode())
        for _ in range(lines))
