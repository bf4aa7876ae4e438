#ifndef TRAWL_TESTS_STREAM_H
#define TRAWL_TESTS_STREAM_H

#include "common/base/civil.h"
#include "common/geo/ranges_compile.h"
#include "common/shoplog/scan/event.h"
#include "common/shoplog/tally/partial.h"
#include "common/shoplog/tally/tally.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Random shop logs in which borders matter: few addresses, few carts, few
 * pages, so that almost every line has something to do with the one before.
 * The same seed gives the same log. */
enum { STREAM_MAX = 200 };

struct stream {
	struct event events[STREAM_MAX];
	size_t len;
};

static inline uint64_t
random_next(uint64_t *seed)
{
	uint64_t x = *seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static inline size_t
random_below(uint64_t *seed, size_t limit)
{
	return (size_t)(random_next(seed) % limit);
}

static inline struct address
address_of(const char *text)
{
	struct address ip = { { [10] = 0xff, [11] = 0xff } };

	if (inet_pton(AF_INET, text, ip.bytes + 12) != 1)
		assert_int_equal(inet_pton(AF_INET6, text, ip.bytes), 1);
	return ip;
}

static const char *const stream_addresses[] = { "1.0.0.7", "1.0.1.9",
	"1.0.1.10", "10.0.0.1", "2a00::1", "2a00::1:0:0:1", "9.9.9.9" };
/* "a/x" comes after "a!/x" in byte order, though "a" comes before "a!". */
static const char *const stream_categories[] = { "a", "a!", "fresh_fish",
	"frozen_fish", "semi_manufactures" };
static const char *const stream_goods[] = { "x", "!", "salmon" };

#define PICK(seed, list) \
	(list)[random_below((seed), sizeof(list) / sizeof((list)[0]))]

static inline struct event
random_event(uint64_t *seed, int32_t day)
{
	static const enum event_kind kinds[] = { EVENT_HOME, EVENT_CATEGORY,
		EVENT_GOODS, EVENT_GOODS, EVENT_GOODS, EVENT_CART, EVENT_CART,
		EVENT_CART, EVENT_PAY, EVENT_SUCCESS, EVENT_OTHER };
	static const uint64_t carts[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
		UINT64_MAX };
	static const uint64_t goods[] = { 0, 1, 2, 3, UINT64_MAX };
	struct event e = {
		.kind = PICK(seed, kinds),
		.day = day,
		.second = (uint32_t)random_below(seed, 86400),
		.address = address_of(PICK(seed, stream_addresses)),
	};

	if (e.kind == EVENT_CATEGORY || e.kind == EVENT_GOODS)
		e.category = span_text(PICK(seed, stream_categories));
	if (e.kind == EVENT_GOODS)
		e.goods = span_text(PICK(seed, stream_goods));
	if (e.kind >= EVENT_CART && e.kind <= EVENT_SUCCESS)
		e.cart_id = PICK(seed, carts);
	if (e.kind == EVENT_CART)
		e.goods_id = PICK(seed, goods);
	if (e.kind == EVENT_PAY)
		e.user_id = random_below(seed, 3);
	return e;
}

/* Up to `limit` events, mostly in order of time, on some days from 2018-08-01
 * on. */
static inline struct stream
random_stream(uint64_t *seed, size_t limit)
{
	struct stream s = { .len = random_below(seed, limit + 1) };
	int32_t first, day;

	assert_true(limit <= STREAM_MAX);
	assert_true(civil_day(2018, 8, 1, &first));
	day = first;
	for (size_t i = 0; i < s.len; i++) {
		day += random_below(seed, 10) == 0;
		s.events[i] =
		    random_event(seed, random_below(seed, 12) ? day : first);
	}
	return s;
}

/* A geo of ranges in the form of the tables' texts. */
static inline struct geo *
geo_of(const char *ipv4_ranges, const char *ipv6_ranges)
{
	char folder[] = "/tmp/trawl-test-stream.XXXXXX";
	char ipv4[64], ipv6[64], tables[64];
	struct problem why = { "" };
	struct geo *geo = NULL;
	FILE *out;

	assert_non_null(mkdtemp(folder));
	snprintf(ipv4, sizeof(ipv4), "%s/geoip", folder);
	snprintf(ipv6, sizeof(ipv6), "%s/geoip6", folder);
	snprintf(tables, sizeof(tables), "%s/geo.tables", folder);
	out = fopen(ipv4, "w");
	assert_non_null(out);
	fputs(ipv4_ranges, out);
	fclose(out);
	out = fopen(ipv6, "w");
	assert_non_null(out);
	fputs(ipv6_ranges, out);
	fclose(out);
	if (ranges_compile(ipv4, ipv6, tables, &why) ||
	    geo_open_ranges(&geo, tables, &why))
		fail_msg("%s", why.text);
	unlink(ipv4);
	unlink(ipv6);
	unlink(tables);
	rmdir(folder);
	return geo;
}

/* It knows 1.0.0.0/24 (AU), 1.0.1.0/24 (CN) and 2a00::/32 (DE). */
#define SMALL_GEO_IPV4 "16777216,16777471,AU\n16777472,16777727,CN\n"
#define SMALL_GEO_IPV6 "2a00::,2a00:0:ffff:ffff:ffff:ffff:ffff:ffff,DE\n"

static inline struct geo *
small_geo(void)
{
	return geo_of(SMALL_GEO_IPV4, SMALL_GEO_IPV6);
}

static inline struct tally *
tally_of(const struct geo *geo, const struct event *events, size_t len)
{
	struct tally *t = tally_new(geo);

	assert_non_null(t);
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(tally_add(t, &events[i]), ERR_OK);
		tally_add_bytes(t, 100);
	}
	return t;
}

/* Bytes that belong to the test: free(3) the data. */
struct bytes {
	uint8_t *data;
	size_t len;
};

static inline struct span
bytes_span(struct bytes b)
{
	return span_of(b.data, b.len);
}

static inline struct bytes
encoded(const struct tally *t)
{
	struct bytes b;

	assert_int_equal(partial_encode(t, &b.data, &b.len), ERR_OK);
	return b;
}

/* Equal tallies have equal bytes. */
static inline void
assert_same_tally(const struct tally *a, const struct tally *b)
{
	struct bytes x = encoded(a), y = encoded(b);

	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	free(x.data);
	free(y.data);
}

#endif
