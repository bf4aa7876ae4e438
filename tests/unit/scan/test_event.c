/* event_parse: every form that a line may have, every way in which it may be
 * malformed, and the reference's reader on lines bent by chance. */
#include "common/shoplog/scan/event.h"

#include "common/base/civil.h"
#include "reference/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FIT           "web | 2018-08-03 10:00:00 [A] INFO: 8.8.8.8 "

/* In a block of exactly its size, so that ASan sees a byte read too far. */
static bool
parse(struct span line, struct event *out)
{
	char *copy = malloc(line.len ? line.len : 1);
	bool ok;

	assert_non_null(copy);
	memcpy(copy, line.data, line.len);
	memset(out, 0, sizeof(*out));
	ok = event_parse(span_of(copy, line.len), out);
	if (ok && out->category.len) /* point into what outlives the copy */
		out->category.data = line.data + (out->category.data - copy);
	if (ok && out->goods.len)
		out->goods.data = line.data + (out->goods.data - copy);
	free(copy);
	return ok;
}

static void
usual_line_is_read(void **state)
{
	static const uint8_t address[16] = {
		[10] = 0xff, 0xff, 121, 165, 118, 201
	};
	struct event e;
	int32_t day;

	(void)state;
	assert_true(parse(
	    span_text("shop_api      | 2018-08-01 00:28:36 [OOZLQWZC] INFO: "
		      "121.165.118.201 https://all_to_the_bottom.com/cart"
		      "?goods_id=8&amount=1&cart_id=8642"),
	    &e));
	assert_true(civil_day(2018, 8, 1, &day));
	assert_int_equal(e.day, day);
	assert_int_equal(e.second, 28 * 60 + 36);
	assert_memory_equal(e.address.bytes, address, sizeof(address));
	assert_int_equal(e.kind, EVENT_CART);
	assert_int_equal(e.goods_id, 8);
	assert_int_equal(e.cart_id, 8642);
}

static const char *const well_formed[] = {
	"a | 2018-08-03 10:00:00 [] : 8.8.8.8 s://h",
	"\t a\t|  2018-08-03\t10:00:00 [[x]] :: ::1 s+x-1.0://h \t ",
	"| | 2018-08-03 10:00:00 [] |: 8.8.8.8 s://h",
	"\xd0\xb0 | 0001-01-01 00:00:00 [\xf0\x9f\x90\x9f] \xe2\x82\xac: 1::8 "
	"s://h",
	"a | 9999-12-31 23:59:59 [A] I: 255.255.255.255 A://%00",
	"a | 2000-02-29 00:00:00 [A] I: 0.0.0.0 s://user@h:1/",
	"a | 2016-02-29 00:00:00 [A] I: ::ffff:1.2.3.4 "
	"s://[::1]/\xf4\x8f\xbf\xbf",
};

static void
other_layouts_are_read(void **state)
{
	struct event e;

	(void)state;
	for (size_t i = 0; i < LENGTH(well_formed); i++)
		if (!parse(span_text(well_formed[i]), &e))
			fail_msg("refused: %s", well_formed[i]);
}

/* clang-format off */
static const char *const malformed[] = {
	/* A field too few, a field too many. */
	"web | 2018-08-03 10:00:00 [A] INFO: 8.8.8.8",
	/*                                         ^ */
	"2018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/* ^ */
	FIT "https://s.com/ more",
	/*             ^ */
	FIT "https://s.com/a b",
	/*               ^ */
	" ", "\t", " \t|",
	/* The bar. */
	"web || 2018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*   ^ */
	"web / 2018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*  ^ */
	/* The date. */
	"web | 2018-02-29 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*            ^ */
	"web | 1900-02-29 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*            ^ */
	"web | 2018-04-31 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*            ^ */
	"web | 2018-00-01 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*         ^ */
	"web | 2018-13-01 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*         ^ */
	"web | 2018-08-00 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*            ^ */
	"web | 0000-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*    ^ */
	"web | 2018/08/03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*        ^ */
	"web | 2018-8-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*         ^ */
	"web | 02018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*    ^ */
	"web | +018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*    ^ */
	/* The time. */
	"web | 2018-08-03 24:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*               ^ */
	"web | 2018-08-03 10:60:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*                  ^ */
	"web | 2018-08-03 23:59:60 [A] INFO: 8.8.8.8 https://s.com/",
	/*                     ^ */
	"web | 2018-08-03 10-00-00 [A] INFO: 8.8.8.8 https://s.com/",
	/*                 ^ */
	"web | 2018-08-03 10:00:00.5 [A] INFO: 8.8.8.8 https://s.com/",
	/*                       ^ */
	"web | 2018-08-03 1:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*                ^ */
	"web | 2018-08-03 1a:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/*                ^ */
	/* Request id and level. */
	"web | 2018-08-03 10:00:00 [ INFO: 8.8.8.8 https://s.com/",
	/*                         ^ */
	"web | 2018-08-03 10:00:00 A] INFO: 8.8.8.8 https://s.com/",
	/*                        ^ */
	"web | 2018-08-03 10:00:00 [A INFO: 8.8.8.8 https://s.com/",
	/*                          ^ */
	"web | 2018-08-03 10:00:00 [A] INFO 8.8.8.8 https://s.com/",
	/*                                ^ */
	/* The address; test_ip.c has all its forms. */
	"web | 2018-08-03 10:00:00 [A] INFO: 8.8.8 https://s.com/",
	/*                                       ^ */
	"web | 2018-08-03 10:00:00 [A] INFO: 8.8.8.08 https://s.com/",
	/*                                        ^ */
	"web | 2018-08-03 10:00:00 [A] INFO: fe80::1%1 https://s.com/",
	/*                                          ^ */
	/* The URL. */
	FIT "https:/s.com/",
	/*         ^ */
	FIT "https//s.com/",
	/*        ^ */
	FIT "https://",
	/*          ^ */
	FIT "https:///",
	/*           ^ */
	FIT "https://?a",
	/*           ^ */
	FIT "https://#a",
	/*           ^ */
	FIT "://s.com/",
	/*  ^ */
	FIT "1s://s.com/",
	/*  ^ */
	FIT "h_s://s.com/",
	/*   ^ */
	FIT "s",
	/*   ^ */
	/* Bytes. */
	FIT "https://s.com/\x07",
	/*                 ^ */
	FIT "https://s.com/\x1f",
	/*                 ^ */
	FIT "https://s.com/\x7f",
	/*                 ^ */
	FIT "https://s.com/\r",
	/*                 ^ */
	"w\x01 | 2018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com/",
	/* ^ */
	FIT "https://s.com/\xc0\xaf",
	/*                 ^ */
	FIT "https://s.com/\xed\xa0\x80",
	/*                 ^ */
	FIT "https://s.com/\xd0",
	/*                     ^ */
};
/* clang-format on */

static void
malformed_lines_are_refused(void **state)
{
	static const char nul[] = FIT "https://s.com/\0/";
	struct event e;

	(void)state;
	for (size_t i = 0; i < LENGTH(malformed); i++)
		if (parse(span_text(malformed[i]), &e))
			fail_msg("taken: %s", malformed[i]);
	assert_false(parse(span_of(nul, sizeof(nul) - 1), &e));
	assert_false(parse(span_of("", 0), &e));
}

static void
line_of_64_kib_is_read_and_one_byte_more_refused(void **state)
{
	char *line = malloc(LINE_MAX_BYTES + 1);
	struct event e;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', LINE_MAX_BYTES + 1);
	memcpy(line, FIT "s://h/", strlen(FIT "s://h/"));
	assert_true(parse(span_of(line, LINE_MAX_BYTES), &e));
	assert_int_equal(e.kind, EVENT_CATEGORY);
	assert_int_equal(e.category.len, LINE_MAX_BYTES - strlen(FIT "s://h/"));
	assert_false(parse(span_of(line, LINE_MAX_BYTES + 1), &e));
	free(line);
}

#define MOST "18446744073709551615"
#define OVER "18446744073709551616"

struct request {
	const char *rest; /* of the URL, behind the host */
	enum event_kind kind;
	const char *category, *goods;
	uint64_t goods_id, cart_id, user_id;
};

static const struct request requests[] = {
	{ "", EVENT_HOME, NULL, NULL, 0, 0, 0 },
	{ "/", EVENT_HOME, NULL, NULL, 0, 0, 0 },
	{ "//", EVENT_HOME, NULL, NULL, 0, 0, 0 },
	{ "?a=/x/y", EVENT_HOME, NULL, NULL, 0, 0, 0 },
	{ "#/x/y", EVENT_HOME, NULL, NULL, 0, 0, 0 },
	{ "/caviar/", EVENT_CATEGORY, "caviar", NULL, 0, 0, 0 },
	{ "/caviar", EVENT_CATEGORY, "caviar", NULL, 0, 0, 0 },
	{ "//caviar///?x#y", EVENT_CATEGORY, "caviar", NULL, 0, 0, 0 },
	{ "/caviar#/red", EVENT_CATEGORY, "caviar", NULL, 0, 0, 0 },
	{ "/caviar?a#b?c", EVENT_CATEGORY, "caviar", NULL, 0, 0, 0 },
	{ "/%63art", EVENT_CATEGORY, "%63art", NULL, 0, 0, 0 },
	{ "/success_pay", EVENT_CATEGORY, "success_pay", NULL, 0, 0, 0 },
	{ "/carts", EVENT_CATEGORY, "carts", NULL, 0, 0, 0 },
	{ "/Pay/", EVENT_CATEGORY, "Pay", NULL, 0, 0, 0 },
	{ "/caviar/red/", EVENT_GOODS, "caviar", "red", 0, 0, 0 },
	{ "//caviar//red?x", EVENT_GOODS, "caviar", "red", 0, 0, 0 },
	{ "/caviar/cart", EVENT_GOODS, "caviar", "cart", 0, 0, 0 },
	{ "/a/success_pay_1", EVENT_GOODS, "a", "success_pay_1", 0, 0, 0 },
	{ "/a/b/c", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/a/b//c/d/", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/cart?goods_id=8&amount=1&cart_id=9", EVENT_CART, NULL, NULL, 8, 9,
	    0 },
	{ "/cart/?cart_id=9&amount=0&goods_id=8", EVENT_CART, NULL, NULL, 8, 9,
	    0 },
	{ "/cart?x&goods_id=8&goods_id=7&=&amount=1&cart_id=9&cart_id=x#cart_"
	  "id=1",
	    EVENT_CART, NULL, NULL, 8, 9, 0 },
	{ "///cart?goods_id=8&amount=1&cart_id=9#top", EVENT_CART, NULL, NULL,
	    8, 9, 0 },
	{ "/cart?goods_id=8&amount=1&cart_id=9&goods_id=7&cart_id=x",
	    EVENT_CART, NULL, NULL, 8, 9, 0 },
	{ "/cart?goods_id=8&amount=1&cart_id=9?", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart?goods_id=8&amount=1&cart_id=9/", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart?goods_id=8&amount=1#&cart_id=9", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart?goods_id=" MOST "&amount=" MOST "&cart_id=000" MOST,
	    EVENT_CART, NULL, NULL, UINT64_MAX, UINT64_MAX, 0 },
	{ "/cart?goods_id=" OVER "&amount=1&cart_id=1", EVENT_OTHER, NULL, NULL,
	    0, 0, 0 },
	{ "/cart?goods_id=1&amount=" OVER "&cart_id=1", EVENT_OTHER, NULL, NULL,
	    0, 0, 0 },
	{ "/cart?goods_id=1&amount=&cart_id=1", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart?goods_id=1&amount&cart_id=1", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart?goods_id=1&cart_id=1", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/cart?goods_id=-1&amount=1&cart_id=1", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart?goods_id=1=2&amount=1&cart_id=1", EVENT_OTHER, NULL, NULL, 0,
	    0, 0 },
	{ "/cart?Goods_id=1&amount=1&cart_id=1", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/cart/x?goods_id=8&amount=1&cart_id=9", EVENT_OTHER, NULL, NULL, 0,
	    0, 0 },
	{ "/cart", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/cart#?goods_id=8&amount=1&cart_id=9", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/pay?user_id=5&cart_id=9", EVENT_PAY, NULL, NULL, 0, 9, 5 },
	{ "/pay?a=?&cart_id=9&user_id=5", EVENT_PAY, NULL, NULL, 0, 9, 5 },
	{ "//pay?user_id=5&cart_id=9&user_id=6#x", EVENT_PAY, NULL, NULL, 0, 9,
	    5 },
	{ "/pay?user_id=5&cart_id=9x", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/pay??user_id=5&cart_id=9", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/pay?user_id=x&user_id=5&cart_id=9", EVENT_OTHER, NULL, NULL, 0, 0,
	    0 },
	{ "/pay/9?user_id=5&cart_id=9", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/success_pay_9/", EVENT_SUCCESS, NULL, NULL, 0, 9, 0 },
	{ "//success_pay_9/?x#y", EVENT_SUCCESS, NULL, NULL, 0, 9, 0 },
	{ "/success_pay_9//#x", EVENT_SUCCESS, NULL, NULL, 0, 9, 0 },
	{ "/success_pay_9/&x", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "//success_pay_009?x", EVENT_SUCCESS, NULL, NULL, 0, 9, 0 },
	{ "/success_pay_" MOST, EVENT_SUCCESS, NULL, NULL, 0, UINT64_MAX, 0 },
	{ "/success_pay_" OVER, EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/success_pay_", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/success_pay_x/", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/success_pay_x/y/", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
	{ "/success_pay_9/1", EVENT_OTHER, NULL, NULL, 0, 0, 0 },
};

static void
requests_are_of_the_kind_that_their_path_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(requests); i++) {
		const struct request *r = &requests[i];
		char line[512];
		struct event e;

		snprintf(line, sizeof(line), FIT "s+3.x://h:1%s", r->rest);
		if (!parse(span_text(line), &e) || e.kind != r->kind)
			fail_msg(
			    "%s: kind %d, not %d", r->rest, e.kind, r->kind);
		if (r->category)
			assert_true(
			    span_is_equal(e.category, span_text(r->category)));
		if (r->goods)
			assert_true(
			    span_is_equal(e.goods, span_text(r->goods)));
		if (r->kind == EVENT_CART)
			assert_true(e.goods_id == r->goods_id);
		if (r->kind == EVENT_PAY)
			assert_true(e.user_id == r->user_id);
		if (r->kind == EVENT_CART || r->kind == EVENT_PAY ||
		    r->kind == EVENT_SUCCESS)
			assert_true(e.cart_id == r->cart_id);
	}
}

/* Of every length, as the shop's own links have them. */
static void
numbers_have_all_their_digits(void **state)
{
	static const char digits[] = "18446744073709551615";

	(void)state;
	for (int len = 1; len < (int)sizeof(digits); len++) {
		char text[sizeof(digits)], line[256];
		unsigned long long number;
		struct event e;

		snprintf(text, sizeof(text), "%.*s", len, digits);
		number = strtoull(text, NULL, 10);
		snprintf(line, sizeof(line),
		    FIT "s://h/cart?goods_id=%s&amount=%s&cart_id=%s", text,
		    text, text);
		assert_true(parse(span_text(line), &e));
		assert_int_equal(e.kind, EVENT_CART);
		assert_int_equal(e.goods_id, number);
		assert_int_equal(e.cart_id, number);
		snprintf(line, sizeof(line),
		    FIT "s://h/pay?user_id=%s&cart_id=%s", text, text);
		assert_true(parse(span_text(line), &e));
		assert_int_equal(e.kind, EVENT_PAY);
		assert_int_equal(e.user_id, number);
		assert_int_equal(e.cart_id, number);
		snprintf(line, sizeof(line), FIT "s://h/success_pay_%s/", text);
		assert_true(parse(span_text(line), &e));
		assert_int_equal(e.kind, EVENT_SUCCESS);
		assert_int_equal(e.cart_id, number);
	}
}

static void
assert_like_reference(struct span line)
{
	struct reference_line r;
	struct arena arena;
	struct event e;
	bool ok;

	arena_init(&arena);
	ok = parse(line, &e);
	if (ok != reference_line_read(&arena, line, &r) ||
	    (ok && !reference_line_is(&r, &e)))
		fail_msg("read differently: %.*s", (int)line.len, line.data);
	arena_reset(&arena);
}

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Replaces, drops, doubles or inserts a byte or two. */
static size_t
bend(char *line, size_t len, uint32_t *random)
{
	static const char bytes[] = " \t|[]:.-/?#&=%0159afAF\x7f\x01\xd0\xb0"
				    "\xed\xa0\xf4\x90";

	for (uint32_t times = 1 + next_random(random) % 2; times; times--) {
		size_t at = next_random(random) % len;
		char byte = bytes[next_random(random) % (sizeof(bytes) - 1)];

		switch (next_random(random) % 3) {
		case 0:
			line[at] = byte;
			break;
		case 1:
			memmove(line + at, line + at + 1, len - at - 1);
			len--;
			break;
		default:
			memmove(line + at + 1, line + at, len - at);
			line[at] = byte;
			len++;
			break;
		}
	}
	return len;
}

static void
bent_lines_are_read_like_the_reference_does(void **state)
{
	static const char *const whole[] = {
		FIT "https://s.com/cart?goods_id=18&amount=1&cart_id=990",
		FIT "https://s.com/pay?user_id=81&cart_id=990#x",
		FIT "https://s.com/success_pay_990/",
		FIT "https://s.com/caviar/red/",
		"a | 2016-02-29 23:59:59 [] W: ::ffff:8.8.8.8 s://h/\xd0\xb0/",
		"a | 9999-12-31 10:00:00 [x] : 2a00:1::b s://h/c/?x=1#y",
	};
	uint32_t random = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(whole); i++)
		assert_like_reference(span_text(whole[i]));
	for (size_t i = 0; i < LENGTH(malformed); i++)
		assert_like_reference(span_text(malformed[i]));
	for (int i = 0; i < 20000; i++) {
		const char *from = whole[next_random(&random) % LENGTH(whole)];
		char line[256];
		size_t len = strlen(from);

		memcpy(line, from, len);
		len = bend(line, len, &random);
		assert_like_reference(span_of(line, len));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_line_is_read),
		cmocka_unit_test(other_layouts_are_read),
		cmocka_unit_test(malformed_lines_are_refused),
		cmocka_unit_test(
		    line_of_64_kib_is_read_and_one_byte_more_refused),
		cmocka_unit_test(requests_are_of_the_kind_that_their_path_says),
		cmocka_unit_test(numbers_have_all_their_digits),
		cmocka_unit_test(bent_lines_are_read_like_the_reference_does),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
