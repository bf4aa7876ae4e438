/* IPv6 visitors: whoever was met is found again, however many they are. */
#include "common/shoplog/tally/ipv6_visitors.h"

#include "common/shoplog/tally/country_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 5000 };

static const struct hash_secret secret = { 1, 2 };

/* Addresses of which some differ in one half only, the first one being "::". */
static struct hash_key
address(uint64_t i)
{
	return (struct hash_key){ i / 3, i % 3 };
}

static struct visitor *
meet(struct ipv6_visitors *v, uint64_t i)
{
	return ipv6_visitors_meet(
	    v, address(i), hash_of(&secret, address(i)), &secret);
}

static const struct visitor *
find(const struct ipv6_visitors *v, uint64_t i)
{
	return ipv6_visitors_find(v, address(i), hash_of(&secret, address(i)));
}

static const struct visitor *
find_near(struct ipv6_visitors *v, uint64_t i)
{
	return ipv6_visitors_find_near(
	    v, address(i), hash_of(&secret, address(i)));
}

static void
meet_many(struct ipv6_visitors *v)
{
	for (uint64_t i = 0; i < MANY; i++) {
		struct visitor *visitor = meet(v, i);

		assert_int_equal(visitor->country, COUNTRY_NOBODY);
		visitor->page = (uint32_t)i;
		visitor->country = COUNTRY_NOT_ASKED;
	}
}

static void
who_was_met_is_found_again(void **state)
{
	struct ipv6_visitors v = { 0 };

	(void)state;
	assert_null(find(&v, 0));
	meet_many(&v);
	assert_int_equal(v.len, MANY);
	for (uint64_t i = 0; i < MANY; i++) {
		assert_int_equal(find(&v, i)->page, i);
		assert_ptr_equal(meet(&v, i), find(&v, i));
	}
	assert_null(find(&v, MANY));
	assert_int_equal(v.len, MANY);
	ipv6_visitors_cleanup(&v);
}

static void
who_is_near_and_has_a_country_turns_to_a_page(void **state)
{
	enum { COUNTRY = COUNTRY_FIRST + 3 };
	struct ipv6_bucket b = { .key = {
				     address(3), address(4), address(0) } };
	uint32_t before = 1;

	(void)state;
	b.visitor[0].page = VISITOR_NO_PAGE;
	b.visitor[0].country = COUNTRY;
	b.visitor[1].country = COUNTRY_NOT_ASKED;
	assert_int_equal(
	    ipv6_visitors_meet_near(&b, address(3), 7, &before), COUNTRY);
	assert_int_equal(before, UINT32_MAX);
	assert_int_equal(
	    ipv6_visitors_meet_near(&b, address(3), UINT32_MAX, &before),
	    COUNTRY);
	assert_int_equal(before, 7);
	assert_int_equal(b.visitor[0].page, VISITOR_NO_PAGE);
	/* Without a country, in a free place, nowhere. */
	assert_int_equal(
	    ipv6_visitors_meet_near(&b, address(4), 7, &before), 0);
	assert_int_equal(
	    ipv6_visitors_meet_near(&b, address(0), 7, &before), 0);
	assert_int_equal(
	    ipv6_visitors_meet_near(&b, address(5), 7, &before), 0);
	assert_int_equal(b.visitor[1].page, 0);
	assert_int_equal(b.visitor[2].all, 0);
	assert_int_equal(b.visitor[IPV6_PLACES].all, 0);
}

/* Those who are not are beside a full bucket. */
static void
nearly_everybody_is_found_near(void **state)
{
	struct ipv6_visitors v = { 0 };
	size_t near = 0;

	(void)state;
	assert_null(find_near(&v, 0));
	assert_non_null(meet(&v, 1));
	assert_null(find_near(&v, 0));
	ipv6_visitors_cleanup(&v);
	meet_many(&v);
	for (uint64_t i = 0; i < MANY; i++) {
		const struct visitor *visitor = find_near(&v, i);

		near += visitor != NULL;
		if (visitor)
			assert_ptr_equal(visitor, find(&v, i));
	}
	assert_in_range(near, MANY * 9 / 10, MANY);
	for (uint64_t i = MANY; i < 2 * MANY; i++)
		assert_null(find_near(&v, i));
	ipv6_visitors_cleanup(&v);
}

static void
a_walk_meets_everybody_once(void **state)
{
	static unsigned met[MANY];
	struct ipv6_visitors v = { 0 };
	const struct visitor *visitor;
	struct hash_key key;
	size_t place = 0;

	(void)state;
	assert_null(ipv6_visitors_next(&v, &place, &key));
	meet_many(&v);
	while ((visitor = ipv6_visitors_next(&v, &place, &key))) {
		assert_true(key.high * 3 + key.low == visitor->page);
		met[visitor->page]++;
	}
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(met[i], 1);
	ipv6_visitors_cleanup(&v);
}

static void
room_that_was_made_is_enough(void **state)
{
	struct ipv6_visitors v = { 0 };
	size_t buckets_len;

	(void)state;
	assert_true(ipv6_visitors_reserve(&v, 0, &secret));
	assert_int_equal(v.buckets_len, 0);
	assert_true(ipv6_visitors_reserve(&v, MANY, &secret));
	buckets_len = v.buckets_len;
	assert_in_range(buckets_len, MANY / IPV6_FILL, MANY);
	meet_many(&v);
	assert_int_equal(v.buckets_len, buckets_len);
	ipv6_visitors_cleanup(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_met_is_found_again),
		cmocka_unit_test(nearly_everybody_is_found_near),
		cmocka_unit_test(who_is_near_and_has_a_country_turns_to_a_page),
		cmocka_unit_test(a_walk_meets_everybody_once),
		cmocka_unit_test(room_that_was_made_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
