/* Scanning: whatever way, every line is what visit_read says it is. */
#include "common/shoplog/scan/scan.h"

#include "fuzz/scan_agrees.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define HEAD  "shop_api      | 2018-08-01 00:28:36 [OOZLQWZC] INFO: "
#define USUAL HEAD "121.165.118.201 https://shop.com/"

/* Lines of one layout and what only just is none of it. */
static const char *const lines[] = {
	USUAL "fish/eel/",
	USUAL,
	USUAL "cart?goods_id=8&amount=1&cart_id=8642",
	USUAL "a_path_that_is_longer_than_a_vector_of_thirty_two_bytes/",
	USUAL "fish/ eel/",
	USUAL " ",
	HEAD "121.165.118.201 https://shop.com",
	HEAD "121.165.118.201 https://shop.com?a",
	HEAD "121.165.118.201 https://shop.common/",
	HEAD "121.165.118.201 https://shop.co/",
	HEAD "121.165.118.201 ",
	HEAD "121.165.118.201",
	HEAD "121.165.118.201  https://shop.com/",
	HEAD "0.0.0.0 https://shop.com/",
	HEAD "255.255.255.255 https://shop.com/",
	HEAD "256.255.255.255 https://shop.com/",
	HEAD "255.255.255.256 https://shop.com/",
	HEAD "01.2.3.4 https://shop.com/",
	HEAD "1.2.3.00 https://shop.com/",
	HEAD "1.2.3 https://shop.com/",
	HEAD "1.2.3.4.5 https://shop.com/",
	HEAD "1..3.4 https://shop.com/",
	HEAD "1.2.3. https://shop.com/",
	HEAD ".2.3.4 https://shop.com/",
	HEAD "1234.2.3.4 https://shop.com/",
	HEAD "1.2.3.4567 https://shop.com/",
	HEAD "1,2.3.4 https://shop.com/",
	HEAD "2a02:1bd:4a::6f https://shop.com/fish/",
	HEAD "::ffff:1.2.3.4 http://other.shop/fish/",
	HEAD "::ffff:255.255.255.255 https://shop.com/fish/",
	HEAD "::FFFF:1.2.3.4 https://shop.com/fish/",
	HEAD "::ffff:1.2.3.256 https://shop.com/fish/",
	HEAD "::ffff:1.2.3.4.5 https://shop.com/fish/",
	HEAD "::ffff:01.2.3.4 https://shop.com/fish/",
	HEAD "::ffff:1.2.3.4  https://shop.com/fish/",
	HEAD "::ffff: https://shop.com/fish/",
	HEAD "::ffff:1:2 https://shop.com/fish/",
	HEAD "64:ff9b::1.2.3.4 https://shop.com/fish/",
	HEAD "2a02:1bd:4a:1:2:3:4:6f",
	HEAD "2a02:1bd:4a:1:2:3:4:6f\thttps://shop.com/",
	HEAD "::1 https://shop.com",
	HEAD "::1 https://shop.com/a b",
	HEAD ":: https://shop.com/",
	"shop_api      | 2018-02-29 00:28:36 [OOZLQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-02-28 24:28:36 [OOZLQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-02-28 23:60:36 [OOZLQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-02-28 23:59:60 [OOZLQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-02-28 23:59:59 [OOZLQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-02-28 3 :59:59 [OOZLQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-08-01 00:28:36 [OOZ QWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-08-01 00:28:36 [OOZ]QWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-08-01 00:28:36 [OOZ\tQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-08-01 00:28:36 [OO\xc3\xa9QWZC] INFO: 1.2.3.4 "
	"h://s",
	"shop_api      | 2018-08-01 00:28:36 [OO\xc3ZQWZC] INFO: 1.2.3.4 h://s",
	"shop_api      | 2018-08-01 00:28:36 [] : 1.2.3.4 h://s",
	"shop_api      | 2018-08-01 00:28:36 [OO",
	"  a | 2018-08-01 00:28:36 [OOZ] WARN: 1.2.3.4 h://s/fish",
	"a\t|\t2018-08-01\t00:28:36\t[OOZ]\tWARN:\t1.2.3.4\th://s/fish",
	"a/very/long/service/name/that/no/layout/holds/because/it/is/so/long "
	"| 2018-08-01 00:28:36 [OOZ] WARN: 1.2.3.4 h://s/fish",
	"",
	"\r",
	"malformed",
};

enum { LINES = sizeof(lines) / sizeof(lines[0]) };

struct random {
	uint64_t state;
};

static size_t
below(struct random *r, size_t limit)
{
	r->state = r->state * 6364136223846793005 + 1442695040888963407;
	return (size_t)(r->state >> 33) % limit;
}

/* A log of these lines in any order, half of them the usual one, some with
 * another byte in one place. */
static size_t
write_log(char *log, struct random *r, size_t count)
{
	static const char bytes[] = " \t\r\n09:.[]|/\xc3\x7f\x80@";
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		const char *line = lines[below(r, 2) * below(r, LINES)];
		size_t line_len = strlen(line);

		memcpy(log + len, line, line_len);
		if (line_len && below(r, 3) == 0)
			log[len + below(r, line_len)] =
			    bytes[below(r, sizeof(bytes) - 1)];
		len += line_len;
		if (below(r, 8) == 0)
			log[len++] = '\r';
		log[len++] = '\n';
	}
	return len;
}

/* An address of up to nine groups with one colon or two between them, or none, and
 * now and then something else. */
static size_t
write_address(char *p, struct random *r)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	static const char strange[] = "g@.P\x7f:/G`";
	size_t len = 0, groups = below(r, 4) ? 6 + below(r, 4) : below(r, 4);

	for (size_t i = 0; i < groups; i++) {
		size_t group = below(r, 30) ? 1 + below(r, 4) : below(r, 7);

		if ((i > 0 && below(r, 40)) || below(r, 20) == 0)
			p[len++] = ':';
		if (below(r, 8) == 0)
			p[len++] = ':';
		while (group-- > 0)
			p[len++] = digits[below(r, sizeof(digits) - 1)];
	}
	if (below(r, 6) == 0)
		p[len++] = ':';
	if (below(r, 6) == 0)
		p[len++] = ':';
	if (len > 0 && below(r, 12) == 0)
		p[below(r, len)] = strange[below(r, sizeof(strange) - 1)];
	return len;
}

/* Lines of which only the address differs, and the path, which may have a byte that
 * does not belong there; how many of them are well-formed goes to *good. */
static size_t
write_addresses(char *log, struct random *r, size_t count, size_t *good)
{
	static const char *const paths[] = { "", "/", "/fish/", "/fish/eel/",
		"/ /", "/a /", "/ab /", "/abc\t/", "/abcd\x7f/" };
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		struct span field[VISIT_FIELDS], line;
		struct visit visit;

		line.data = log + len;
		len += (size_t)sprintf(log + len, HEAD);
		len += write_address(log + len, r);
		len += (size_t)sprintf(log + len, " https://shop.com%s",
		    paths[below(r,
			below(r, 8) ? 4 : sizeof(paths) / sizeof(paths[0]))]);
		line.len = (size_t)(log + len - line.data);
		*good += visit_read(line, &visit, field);
		log[len++] = '\n';
	}
	return len;
}

static void
assert_way_agrees_on_ipv6(scan_way *way)
{
	enum { ROUNDS = 200, COUNT = 100 };
	struct random r = { 1 };
	char log[COUNT * 160];
	size_t good = 0;

	for (int round = 0; round < ROUNDS; round++) {
		size_t len = write_addresses(log, &r, COUNT, &good);

		if (!scan_agrees(way, log, len))
			fail_msg("%.*s", (int)len, log);
	}
	assert_in_range(good, ROUNDS * COUNT / 10, ROUNDS * COUNT * 9 / 10);
}

/* Lines without a layout that end at every place of the first 300 bytes, in a
 * blank, a carriage return, a letter of two bytes or half of one. */
static void
assert_way_agrees_on_lengths(scan_way *way)
{
	static const char *const ends[] = { "", " ", "\r", " \r", "\r\r",
		"\xd1\x8f", "\xd1", "\xd1\r", "\t\xd1\x8f\r", "\x7f", "  x" };

	for (size_t width = 0; width < 300; width++)
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			char log[1024];
			int len = sprintf(log,
			    "  a | 2018-08-01 00:28:36 [%0*d] WARN: 1.2.3.4 "
			    "h://s/fish%s\nb | 2018-08-01 00:28:36 [] : "
			    "::1 h://s/%0*d%s\n%s\n",
			    (int)(1 + width % 29), 0, ends[i], (int)width, 1,
			    ends[i], USUAL);

			if (!scan_agrees(way, log, (size_t)len))
				fail_msg("%.*s", len, log);
		}
}

/* Blanks, one at least, or up to eighty of them. */
static size_t
write_blanks(char *p, struct random *r)
{
	size_t len = 1 + below(r, below(r, 10) ? 4 : below(r, 5) ? 12 : 80);

	for (size_t i = 0; i < len; i++)
		p[i] = below(r, 3) ? ' ' : '\t';
	return len;
}

/* A line with any blanks between fields of several lengths, now and then one field
 * too few or too many. */
static size_t
write_spaced(char *p, struct random *r)
{
	static const char *const fields[][4] = {
		{ "a", "front|end", "\xd0\xbb\xd0\xb0\xd0\xb2\xd0\xba",
		    "shop" },
		{ "|", "|", "|", "||" },
		{ "2018-08-01", "2018-08-02", "2018-08-01", "2018-08-011" },
		{ "00:28:36", "23:59:59", "10:00:00", "24:00:00" },
		{ "[]", "[OOZLQWZC]", "[a]b]", "[" },
		{ ":", "INFO:", "\xd1\x8f:", "INFO" },
		{ "121.165.118.201", "1.2.3.4", "2a02:1bd::6f", "1.2.3" },
		{ "https://shop.com/fish/", "h://s", "s+x://h/\xd1\x8f?#",
		    "/fish" },
	};
	size_t len = below(r, 5) ? 0 : write_blanks(p, r);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *field = fields[i][below(r, below(r, 12) ? 3 : 4)];

		if (below(r, 60) == 0)
			continue;
		memcpy(p + len, field, strlen(field));
		len += strlen(field);
		if (i + 1 < sizeof(fields) / sizeof(fields[0]) ||
		    below(r, 5) == 0)
			len += write_blanks(p + len, r);
		if (below(r, 100) == 0)
			p[len++] = 'x';
	}
	if (below(r, 3) == 0)
		p[len++] = '\r';
	p[len++] = '\n';
	return len;
}

static void
assert_way_agrees_on_spacing(scan_way *way)
{
	enum { ROUNDS = 1000, COUNT = 20, LONGEST = 1000 };
	struct random r = { 1 };
	char log[COUNT * LONGEST];

	for (int round = 0; round < ROUNDS; round++) {
		size_t len = 0;

		for (int i = 0; i < COUNT; i++)
			len += write_spaced(log + len, &r);
		if (below(&r, 2))
			log[below(&r, len)] = "\t x:]|\xd1"[below(&r, 7)];
		if (!scan_agrees(way, log, len))
			fail_msg("%.*s", (int)len, log);
	}
}

/* Every first byte and every kind of second, third and fourth ones, in a line that
 * continues. */
static void
assert_way_agrees_on_utf8(scan_way *way)
{
	static const char *const behind[] = { "", "\x80", "\xbf", "\xc2\x80",
		"\x80\x80", "\xbf\xbf", "\x80\x80\x80" };
	static const size_t before[] = { 0, 2, 30 };
	const size_t kinds = sizeof(behind) / sizeof(behind[0]);
	struct random r = { 1 };

	for (unsigned pair = 0; pair < 1 << 16; pair++)
		for (size_t i = 0; i < kinds; i++) {
			char log[256];
			int len;

			/* Bounds are between sixteens. */
			if (pair >> 8 < 0x80 || (pair + 1) % 16 > 1)
				continue;
			len = sprintf(log,
			    "%.*s\t|  2018-08-01 00:28:36 [] "
			    ": 1.2.3.4 h://s/",
			    (int)(1 + before[below(&r, 3)]),
			    "abcdefghijklmnopqrstuvwxyzabcdefghi");
			log[len++] = (char)(pair >> 8);
			log[len++] = (char)(pair % 256);
			len += sprintf(log + len, "%s/\n", behind[i]);
			if (!scan_agrees(way, log, (size_t)len))
				fail_msg("%02x, %zu", pair, i);
		}
}

/* A line with one of more layouts than are remembered, several of which begin
 * alike; of another day now and then, and now and then with another byte. */
static size_t
write_layout(char *p, struct random *r, size_t layout)
{
	static const char *const levels[] = { "INFO", "WARNING", "" };
	int len = sprintf(p,
	    "shop_api_%.*s | 2018-08-%02d 00:28:36 [OOZLQWZC] %s: 1.2.3.4 "
	    "https://shop.com/\n",
	    (int)(1 + layout / 3), "abcdefghij", below(r, 50) ? 1 : 2,
	    levels[layout % 3]);

	if (below(r, 20) == 0)
		p[below(r, 60)] = "\t x:]|"[below(r, 6)];
	return (size_t)len;
}

/* Layouts by turns, as they are expected, and in any order. */
static void
assert_way_agrees_on_layouts(scan_way *way)
{
	enum { COUNT = 100 };
	struct random r = { 1 };
	char log[COUNT * 128];

	for (size_t layouts = 1; layouts <= 30; layouts++)
		for (size_t odd = 0; odd < 20; odd++) {
			size_t len = 0;

			for (size_t i = 0; i < COUNT; i++)
				len += write_layout(log + len, &r,
				    (below(&r, 20) < odd ? below(&r, layouts)
							 : i) %
					layouts);
			if (!scan_agrees(way, log, len))
				fail_msg("%.*s", (int)len, log);
		}
}

/* Paths of every length behind long and short addresses and hosts, each of which
 * has come before. */
static void
assert_way_agrees_on_ends(scan_way *way)
{
	static const char *const addresses[] = { "1.2.3.4", "121.165.118.201",
		"12.165.8.201", "2a02:1bd:4a::6f" };
	static const char *const hosts[] = { "https://shop.com", "h://s",
		"http://a-host-with-a-name-that-is-longer-than-32-bytes.com" };
	char log[4 * 512], path[256];

	memset(path, 'p', sizeof(path));
	path[0] = '/';
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		for (int len = 1; len < 200; len++) {
			size_t log_len = 0;

			for (size_t k = 0; k < 4; k++)
				log_len += (size_t)sprintf(log + log_len,
				    HEAD "%s %s%.*s%s", addresses[k], hosts[i],
				    len, path, k < 3 ? "\n" : "");
			if (!scan_agrees(way, log, log_len))
				fail_msg("%s, %d", hosts[i], len);
		}
}

static void
assert_way_agrees(scan_way *way)
{
	struct random r = { 1 };
	char log[200 * 160];

	assert_way_agrees_on_layouts(way);
	assert_way_agrees_on_spacing(way);
	assert_way_agrees_on_ipv6(way);
	assert_way_agrees_on_lengths(way);
	assert_way_agrees_on_ends(way);
	assert_way_agrees_on_utf8(way);

	for (int round = 0; round < 400; round++) {
		size_t len = write_log(log, &r, below(&r, 200));

		if (!scan_agrees(way, log, len))
			fail_msg("%.*s", (int)len, log);
	}
}

static void
the_portable_way_agrees(void **state)
{
	(void)state;
	assert_way_agrees(scan_plain);
}

static void
the_way_of_this_processor_agrees(void **state)
{
	struct scan s;

	(void)state;
	scan_init(&s);
	assert_way_agrees(s.way);
}

/* A usual line behind one of its kind is not read by visit_read: the layout and
 * the host have been learnt, and nothing is learnt again. */
static void
a_usual_line_takes_the_fast_way(void **state)
{
	static const char *const usual[] = { USUAL "\n",
		HEAD "121.165.118.201 h://s/a/path/\n" };

	(void)state;
	for (size_t k = 0; k < sizeof(usual) / sizeof(usual[0]); k++) {
		char log[SCAN_PADDING + sizeof(HEAD) + 64] = "";
		struct scan_batch batch;
		struct scan s;

		strcpy(log, usual[k]);
		scan_init(&s);
		for (int i = 0; i < 3; i++) {
			scan_lines(&s, span_of(log, strlen(log)), &batch);
			assert_int_equal(batch.visits_len, 1);
			assert_int_equal(s.layouts_len, 1);
			assert_int_equal(s.strange, i == 0);
		}
	}
}

/* Nor are lines of as many layouts as are remembered, whatever their order, on the
 * next day either. */
static void
lines_of_many_layouts_take_the_fast_way(void **state)
{
	char log[SCAN_LAYOUTS * 80 + SCAN_PADDING] = "";
	struct scan_batch batch;
	struct scan s;

	(void)state;
	scan_init(&s);
	for (int day = 1; day < 4; day++) {
		size_t len = 0;

		for (int i = 0; i < SCAN_LAYOUTS; i++)
			len += (size_t)sprintf(log + len,
			    "%.*s | 2018-08-%02d 00:28:36 [] INFO: 1.2.3.4 "
			    "https://shop.com/\n",
			    1 + i * 5 % SCAN_LAYOUTS, "abcdefghijklmnop", day);
		scan_lines(&s, span_of(log, len), &batch);
		assert_int_equal(batch.visits_len, SCAN_LAYOUTS);
		assert_int_equal(
		    batch.visits[SCAN_LAYOUTS - 1].day, batch.visits[0].day);
		assert_int_equal(s.layouts_len, SCAN_LAYOUTS);
		assert_int_equal(s.strange, day == 1 ? SCAN_LAYOUTS : 0);
	}
}

/* The longest line that is allowed, and one byte more. */
static void
a_line_over_the_limit_is_malformed(void **state)
{
	static char log[2 * LINE_MAX_BYTES + sizeof(USUAL) + SCAN_PADDING + 8];
	size_t usual = sizeof(USUAL) - 1, len = 0;

	(void)state;
	memcpy(log, USUAL "\n", usual + 1);
	len = usual + 1;
	for (size_t longer = 0; longer < 2; longer++) {
		memset(log + len, 'x', LINE_MAX_BYTES + longer);
		memcpy(log + len, USUAL, usual);
		len += LINE_MAX_BYTES + longer;
		log[len++] = '\n';
	}
	assert_true(scan_agrees(scan_plain, log, len));
#if defined(__x86_64__)
	if (scan_has_avx2())
		assert_true(scan_agrees(scan_avx2, log, len));
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_portable_way_agrees),
		cmocka_unit_test(the_way_of_this_processor_agrees),
		cmocka_unit_test(a_usual_line_takes_the_fast_way),
		cmocka_unit_test(lines_of_many_layouts_take_the_fast_way),
		cmocka_unit_test(a_line_over_the_limit_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
