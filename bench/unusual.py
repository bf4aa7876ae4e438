"""Logs that loggen does not write: each a way to make a reader slow."""

import random

HEAD = b"shop_api      | 2018-08-01 %02d:%02d:%02d [ABCDEFGH] INFO: 9.8.7.%d https://shop.com/"
CART = b"cart?goods_id=%d&amount=1&cart_id=%d\n"
LINE = 110  # bytes, on the average
WORD = 1 << 64


def head(i):
    return HEAD % (i // 3600 % 24, i // 60 % 60, i % 60, i % 256)


def other_widths(usual):
    """The lines of a usual log, no two neighbours with the same columns."""
    services = (b"web   | ", b"front_end     | ", b"api | ", b"shop_api_two | ")
    levels = (b"] INFO: ", b"] WARNING: ", b"] ERROR: ")
    with open(usual, "rb") as file:
        for i, line in enumerate(file):
            yield (line.replace(b"shop_api      | ", services[i % 4])
                   .replace(b"] INFO: ", levels[i % 3]))


def carts(size, id_of):
    """A new cart with new goods each line."""
    for i in range(size // LINE):
        yield head(i) + CART % (id_of(i), id_of(i))


def random_ids(size):
    dice = random.Random(1)
    return carts(size, lambda i: dice.getrandbits(64))


def low_bits(size):
    """One bucket of a table that takes an id's own low bits."""
    return carts(size, lambda i: i << 32)


def fibonacci(size):
    """... that multiplies by 2^64 over the golden ratio, whichever bits of the
    product it takes: all but the middle ones are equal."""
    inverse = pow(0x9e3779b97f4a7c15, -1, WORD)
    return carts(size, lambda i: (i << 20) * inverse % WORD)


def unshift(x, by):
    """The number whose xor with itself, shifted right, is x."""
    whole, shifted = x, x >> by
    while shifted:
        whole, shifted = whole ^ shifted, shifted >> by
    return whole


def finalizer(size):
    """... that mixes as MurmurHash3 ends, likewise."""
    second = pow(0xc4ceb9fe1a85ec53, -1, WORD)
    first = pow(0xff51afd7ed558ccd, -1, WORD)

    def unmix(x):
        x = unshift(x, 33) * second % WORD
        x = unshift(x, 33) * first % WORD
        return unshift(x, 33)
    return carts(size, lambda i: unmix(i << 20))


def one_cart(size):
    for i in range(size // LINE):
        yield head(i) + CART % (i % 100_000, 7)


def another_day(size):
    """Each line of another day than the one before."""
    for i in range(size // LINE):
        yield (b"shop_api      | 2018-%02d-%02d" % (i % 12 + 1, i % 28 + 1) +
               head(i)[26:] + b"fish/eel/\n")


def malformed(size):
    for i in range(size // LINE):
        yield head(i)[:40] + b"no line of the shop, but as long as many are, all in all\n"


def one_line(size):
    for _ in range(size // 1_000_000):
        yield b"x" * 1_000_000
