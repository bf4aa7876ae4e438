/* Lines by hand: printf would be the whole of the run time. */
#include "printer.h"

#include "put.h"
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400, TOO_LONG = 64 * 1024 };

/* Per million lines. */
enum { ODD_LAYOUT = 8000, ODD_REQUEST = 3000, EMPTY_LINE_BEFORE = 200 };

static const char *const categories[] = { "fresh_fish", "frozen_fish",
	"semi_manufactures", "canned_food", "caviar" };
enum { NAMED_CATEGORIES = sizeof(categories) / sizeof(categories[0]) };

static const char *const goods[NAMED_CATEGORIES][GOODS_PER_CATEGORY] = {
	{ "salmon", "tuna", "herring", "codfish", "smelt", "trout", "bream" },
	{ "salmon", "pike", "carp", "eel", "shark", "halibut", "mackerel" },
	{ "crab_sticks", "squid_rings", "soup_set", "salmon_cutlet",
	    "fish_balls", "pasties", "stuffed_eel" },
	{ "sprats", "mussels", "tuna_pate", "sardines", "cod_liver",
	    "anchovies", "seaweed" },
	{ "black", "red", "pike", "squash", "trout", "cod", "sturgeon" },
};

/* Every way in which a line is malformed. In these texts @ is the date, $ the
 * address, * the cart. */
static const char *const malformed[] = {
	"shop_api | @ 10:00:00 [MISSING] INFO: $",
	"shop_api | @ 10:00:00 [MORE] INFO: $ https://s.com/ more",
	"shop_api / @ 10:00:00 [BAR] INFO: $ https://s.com/",
	"shop_api | @T 10:00:00 [DATE] INFO: $ https://s.com/",
	"shop_api | 2018-02-29 10:00:00 [DAY] INFO: $ https://s.com/",
	"shop_api | @ 24:00:00 [HOUR] INFO: $ https://s.com/",
	"shop_api | @ 23:59:60 [SECOND] INFO: $ https://s.com/",
	"shop_api | @ 10:00:00 ID INFO: $ https://s.com/",
	"shop_api | @ 10:00:00 [LEVEL] INFO $ https://s.com/",
	"shop_api | @ 10:00:00 [ADDRESS] INFO: $.1 https://s.com/",
	"shop_api | @ 10:00:00 [ZERO] INFO: 8.8.8.08 https://s.com/",
	"shop_api | @ 10:00:00 [ZONE] INFO: fe80::1%eth0 https://s.com/",
	"shop_api | @ 10:00:00 [SCHEME] INFO: $ /caviar/",
	"shop_api | @ 10:00:00 [HOST] INFO: $ https:///caviar/",
	"shop_api | @ 10:00:00 [CONTROL] INFO: $ https://s.com/\x01/",
	"shop_api | @ 10:00:00 [UTF8] INFO: $ https://s.com/\xc0\xaf/", " \t ",
	"Traceback (most recent call last):", NULL, /* too long */
};
enum { MALFORMED = sizeof(malformed) / sizeof(malformed[0]) };

/* Requests that are no page, with the same signs. */
static const char *const odd_requests[] = {
	"cart?goods_id=*",
	"cart?goods_id=1&amount=two&cart_id=*",
	"pay?cart_id=*",
	"pay/*/",
	"success_pay_/*",
	"success_pay_x*/",
	"caviar/black/*/",
	"static/css/*.css",
};
enum { ODD_REQUESTS = sizeof(odd_requests) / sizeof(odd_requests[0]) };

struct printer *
printer_new(uint64_t seed, uint64_t malformed_per_million,
    uint64_t ipv6_percent, bool is_wide)
{
	struct printer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->seed = seed;
	p->random = random_mix(seed + 2);
	p->malformed_per_million = malformed_per_million;
	p->ipv6_percent = ipv6_percent;
	p->is_wide = is_wide;
	p->day = UINT64_MAX;
	return p;
}

static void
set_date(struct printer *p, uint64_t day)
{
	int32_t first;

	if (p->day == day)
		return;
	civil_day(2018, 8, 1, &first);
	civil_day_format(first + (int32_t)day, p->date);
	p->day = day;
}

static void
put_time(struct printer *p, uint64_t second)
{
	put_two_digits(p, second / HOUR_S % 24);
	put_char(p, ':');
	put_two_digits(p, second / 60 % 60);
	put_char(p, ':');
	put_two_digits(p, second % 60);
}

/* One to one on 32 bits, so that visitors do not share an address. */
static uint32_t
scatter(uint32_t x, uint64_t seed)
{
	x ^= (uint32_t)seed;
	x = (x ^ x >> 16) * 0x7feb352du;
	x = (x ^ x >> 15) * 0x846ca68bu;
	return x ^ x >> 16;
}

static void
put_ipv4(struct printer *p, uint32_t address)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		put_number(p, address >> shift & 0xff);
		if (shift)
			put_char(p, '.');
	}
}

/* In networks that the registries give out, and a few that nobody has. */
static void
put_ipv6(struct printer *p, uint32_t address)
{
	static const char *const networks[] = { "2a00", "2a02", "2600", "2400",
		"2804", "2c0f", "2001:db8", "fd00" };

	p->len += (size_t)snprintf(p->buffer + p->len, PRINTER_ROOM,
	    "%s:%x:%x::%x", networks[address >> 29], address >> 16 & 0x1fff,
	    address >> 8 & 0xff, address & 0xff);
}

static void
put_address(struct printer *p, uint64_t index)
{
	uint32_t address = scatter((uint32_t)index, p->seed);
	uint64_t kind = random_mix(p->seed ^ index) % 1000;

	if (kind >= p->ipv6_percent * 10) {
		put_ipv4(p, address);
	} else if (kind % 20 == 0) {
		put_text(p, "::ffff:");
		put_ipv4(p, address);
	} else {
		put_ipv6(p, address);
	}
}

static void
put_category(struct printer *p, uint64_t category)
{
	if (category < NAMED_CATEGORIES) {
		put_text(p, categories[category]);
	} else {
		put_text(p, "category_");
		put_number(p, category);
	}
}

static void
put_goods(struct printer *p, uint64_t category, uint64_t index)
{
	if (category < NAMED_CATEGORIES) {
		put_text(p, goods[category][index]);
	} else {
		put_text(p, "goods_");
		put_number(p, index);
	}
}

/* What follows the first "/". */
static void
put_page(struct printer *p, const struct request *r)
{
	switch (r->page) {
	case PAGE_HOME:
		break;
	case PAGE_CATEGORY:
		put_category(p, r->category);
		put_char(p, '/');
		break;
	case PAGE_GOODS:
		put_category(p, r->category);
		put_char(p, '/');
		put_goods(p, r->category, r->goods);
		put_char(p, '/');
		break;
	case PAGE_CART:
		put_text(p, "cart?goods_id=");
		put_number(p, r->category * GOODS_PER_CATEGORY + r->goods + 1);
		put_text(p, "&amount=");
		put_number(p, r->amount);
		put_text(p, "&cart_id=");
		put_number(p, r->cart);
		break;
	case PAGE_PAY:
		put_text(p, "pay?user_id=");
		put_number(p, r->user);
		put_text(p, "&cart_id=");
		put_number(p, r->cart);
		break;
	case PAGE_SUCCESS:
		put_text(p, "success_pay_");
		put_number(p, r->cart);
		put_char(p, '/');
		break;
	}
}

static void
put_template(struct printer *p, const char *text, const struct request *r)
{
	for (; *text; text++) {
		if (*text == '@')
			put_text(p, p->date);
		else if (*text == '$')
			put_address(p, r->address);
		else if (*text == '*')
			put_number(p, r->cart);
		else
			put_char(p, *text);
	}
}

static void
put_request_id(struct printer *p)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
	uint64_t bits = random_next(&p->random);

	put_char(p, '[');
	for (int i = 0; i < 8; i++, bits >>= 5)
		put_char(p, letters[bits & 31]);
	put_char(p, ']');
}

static void
put_usual(struct printer *p, const struct request *r)
{
	put_text(p, "shop_api      | ");
	put_text(p, p->date);
	put_char(p, ' ');
	put_time(p, r->second);
	put_char(p, ' ');
	put_request_id(p);
	put_text(p, " INFO: ");
	put_address(p, r->address);
	put_text(p, " https://all_to_the_bottom.com/");
	if (random_chance(&p->random, ODD_REQUEST))
		put_template(
		    p, odd_requests[random_below(&p->random, ODD_REQUESTS)], r);
	else
		put_page(p, r);
}

static void
put_blanks(struct printer *p)
{
	static const char *const blanks[] = { " ", "  ", "\t", " \t", "    ",
		"\t\t" };

	put_text(p, blanks[random_below(&p->random, 6)]);
}

/* The same request in a layout that no two lines need to share. */
static void
put_odd(struct printer *p, const struct request *r)
{
	static const char *const services[] = { "web", "shop_api_2", "a",
		"front|end", "лавка" };
	static const char *const levels[] = { "WARN:", ":", "ERROR:", "I:" };
	static const char *const sites[] = {
		"http://all_to_the_bottom.com:8080/",
		"HTTPS://www.all_to_the_bottom.com//", "https://[2001:db8::1]/",
		"s+x-1.0://h/"
	};
	static const char *const ends[] = { "", "#top", " ", "\t", "#?q=икра" };

	if (random_chance(&p->random, 200000))
		put_blanks(p);
	put_text(p, services[random_below(&p->random, 5)]);
	put_blanks(p);
	put_char(p, '|');
	put_blanks(p);
	put_text(p, p->date);
	put_blanks(p);
	put_time(p, r->second);
	put_blanks(p);
	if (random_chance(&p->random, 500000))
		put_request_id(p);
	else
		put_text(p, "[]");
	put_blanks(p);
	put_text(p, levels[random_below(&p->random, 4)]);
	put_blanks(p);
	put_address(p, r->address);
	put_blanks(p);
	put_text(p, sites[random_below(&p->random, 4)]);
	put_page(p, r);
	if (r->page != PAGE_CART && r->page != PAGE_PAY &&
	    random_chance(&p->random, 300000))
		put_text(p, "?from=mail&x=1");
	put_text(p, ends[random_below(&p->random, 5)]);
	if (random_chance(&p->random, 300000))
		put_char(p, '\r');
}

static void
put_malformed(struct printer *p, const struct request *r)
{
	const char *text = malformed[random_below(&p->random, MALFORMED)];

	if (text) {
		put_template(p, text, r);
		return;
	}
	put_template(
	    p, "shop_api | @ 10:00:00 [LONG] INFO: $ https://s.com/", r);
	memset(p->buffer + p->len, 'x', TOO_LONG);
	p->len += TOO_LONG;
}

void
printer_line(struct printer *p, const struct request *r)
{
	size_t before = p->len;

	set_date(p, r->second / DAY_S);
	if (random_chance(&p->random, EMPTY_LINE_BEFORE))
		put_char(p, '\n');
	if (random_chance(&p->random, p->malformed_per_million))
		put_malformed(p, r);
	else if (p->is_wide || random_chance(&p->random, ODD_LAYOUT))
		put_odd(p, r);
	else
		put_usual(p, r);
	put_char(p, '\n');
	p->written += p->len - before;
}

bool
printer_is_full(const struct printer *p)
{
	return p->len >= PRINTER_BUFFER;
}

bool
printer_flush(struct printer *p)
{
	size_t len = p->len;

	p->len = 0;
	return fwrite(p->buffer, 1, len, stdout) == len && fflush(stdout) == 0;
}
