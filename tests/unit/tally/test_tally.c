/* The monoid: however a log is cut and put together again, its tally is that
 * of one pass. And what one pass gives, said case by case. */
#include "common/shoplog/tally/tally.h"

#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/tally_columns.h"
#include "common/shoplog/tally/tally_state.h"
#include "unit/shoplog/shared_geo.h"

static void
two_neighbours_are_one_stretch_wherever_the_border_lies(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 6; round++) {
		struct stream s = random_stream(&seed, 40);
		struct tally *whole = tally_of(geo, s.events, s.len);

		for (size_t cut = 0; cut <= s.len; cut++) {
			struct tally *left = tally_of(geo, s.events, cut);
			struct tally *right =
			    tally_of(geo, s.events + cut, s.len - cut);

			assert_int_equal(tally_append(left, right), ERR_OK);
			assert_same_tally(left, whole);
			tally_free(left);
			tally_free(right);
		}
		tally_free(whole);
	}
}

/* The tally of events cut at random and put together as the cuts fell, some
 * of the stretches on their way through bytes. */
static struct tally *
put_together(uint64_t *seed, const struct event *events, size_t len)
{
	size_t cut = random_below(seed, len + 1);
	struct tally *left, *right;

	if (len < 2 || random_below(seed, 8) == 0)
		return tally_of(geo, events, len);
	left = put_together(seed, events, cut);
	right = put_together(seed, events + cut, len - cut);
	if (random_below(seed, 2)) {
		struct bytes b = encoded(right);

		assert_int_equal(partial_append(left, bytes_span(b)), ERR_OK);
		free(b.data);
	} else {
		assert_int_equal(tally_append(left, right), ERR_OK);
	}
	tally_free(right);
	return left;
}

static void
any_cuts_and_any_bracketing_give_what_one_pass_gives(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *whole = tally_of(geo, s.events, s.len);
		struct tally *parts = put_together(&seed, s.events, s.len);

		assert_same_tally(parts, whole);
		tally_free(parts);
		tally_free(whole);
	}
}

/* Brings the parts together for good, the carts of each shard as bytes. */
static void
conclude(struct tally **parts, size_t len, struct bytes carts[SHARDS])
{
	assert_int_equal(tally_conclude(parts, len, NULL), ERR_OK);
	for (unsigned i = 0; i < SHARDS; i++) {
		struct columns c;

		assert_int_equal(tally_take_columns(parts, len, i, &c), ERR_OK);
		assert_int_equal(
		    columns_encode(&c, &carts[i].data, &carts[i].len), ERR_OK);
		columns_cleanup(&c);
	}
}

static void
parts_that_are_concluded_say_what_one_pass_says(void **state)
{
	enum { PARTS = 7 };
	uint64_t seed = 4;

	(void)state;
	for (int round = 0; round < 80; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *whole = tally_of(geo, s.events, s.len);
		size_t len = 1 + random_below(&seed, PARTS), from = 0;
		struct bytes carts[SHARDS], want[SHARDS];
		struct tally *parts[PARTS];

		for (size_t i = 0; i < len; i++) {
			size_t to = i + 1 < len ? from + random_below(&seed,
							     s.len - from + 1)
						: s.len;

			parts[i] = tally_of(geo, s.events + from, to - from);
			from = to;
		}
		conclude(&whole, 1, want);
		conclude(parts, len, carts);
		assert_same_tally(parts[0], whole);
		for (unsigned i = 0; i < SHARDS; i++) {
			assert_int_equal(carts[i].len, want[i].len);
			assert_memory_equal(
			    carts[i].data, want[i].data, want[i].len);
			free(carts[i].data);
			free(want[i].data);
		}
		for (size_t i = 0; i < len; i++)
			tally_free(parts[i]);
		tally_free(whole);
	}
}

static void
a_tally_that_was_merged_goes_on_like_any_other(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct stream s = random_stream(&seed, 60);
		struct tally *whole = tally_of(geo, s.events, s.len);
		struct tally *left = tally_of(geo, s.events, s.len / 3);
		struct tally *middle =
		    tally_of(geo, s.events + s.len / 3, s.len / 3);

		assert_int_equal(tally_append(left, middle), ERR_OK);
		for (size_t i = 2 * (s.len / 3); i < s.len; i++) {
			assert_int_equal(tally_add(left, &s.events[i]), ERR_OK);
			tally_add_bytes(left, 100);
		}
		assert_same_tally(left, whole);
		tally_free(left);
		tally_free(middle);
		tally_free(whole);
	}
}

static struct event
line_of(const char *ip, enum event_kind kind)
{
	return (struct event){ .kind = kind,
		.day = 10,
		.second = 3600,
		.address = address_of(ip) };
}

static struct event
page_of(const char *ip, const char *category, const char *goods)
{
	struct event e = line_of(ip, EVENT_GOODS);

	e.category = span_text(category);
	e.goods = span_text(goods);
	return e;
}

static struct event
cart_of(const char *ip, uint64_t goods_id)
{
	struct event e = line_of(ip, EVENT_CART);

	e.cart_id = 1;
	e.goods_id = goods_id;
	return e;
}

/* The votes of the events, each of them a stretch of its own. */
static uint64_t
votes_of(const struct event *events, size_t len)
{
	struct tally *t = tally_new(NULL);
	uint64_t votes = 0;

	for (size_t i = 0; i < len; i++) {
		struct tally *one = tally_of(NULL, &events[i], 1);

		assert_int_equal(tally_append(t, one), ERR_OK);
		tally_free(one);
	}
	for (size_t i = 0; i < t->ballot.table.len; i++) {
		const struct vote *v = hash_table_at(&t->ballot.table, i);

		votes += v->votes;
	}
	tally_free(t);
	return votes;
}

static void
an_add_to_cart_votes_for_the_page_in_the_stretch_before(void **state)
{
	const struct event events[] = { page_of("9.9.9.9", "fish", "eel"),
		cart_of("9.9.9.9", 5) };

	(void)state;
	assert_int_equal(votes_of(events, 2), 1);
}

static void
another_line_between_takes_the_vote_away(void **state)
{
	const struct event events[] = { page_of("9.9.9.9", "fish", "eel"),
		line_of("9.9.9.9", EVENT_OTHER), cart_of("9.9.9.9", 5) };

	(void)state;
	assert_int_equal(votes_of(events, 3), 0);
}

static void
a_line_of_somebody_else_between_takes_nothing_away(void **state)
{
	const struct event events[] = { page_of("9.9.9.9", "fish", "eel"),
		line_of("9.9.9.8", EVENT_OTHER), cart_of("9.9.9.9", 5) };

	(void)state;
	assert_int_equal(votes_of(events, 3), 1);
}

static void
the_second_add_to_cart_in_a_row_has_no_vote(void **state)
{
	const struct event events[] = { page_of("2a00::1", "fish", "eel"),
		cart_of("2a00::1", 5), cart_of("2a00::1", 6) };

	(void)state;
	assert_int_equal(votes_of(events, 3), 1);
}

/* A cart by the words of the contract, kept in the plainest way. */
struct plain_cart {
	uint64_t id;
	int32_t named_day, paid_day; /* -1: never */
	bool has_user;
	uint64_t user;
	struct address last_payer;
};

static struct plain_cart
plain_cart_of(const struct stream *s, uint64_t id)
{
	struct plain_cart c = { .id = id, .named_day = -1, .paid_day = -1 };

	for (size_t i = 0; i < s->len; i++) {
		const struct event *e = &s->events[i];

		if (e->kind < EVENT_CART || e->kind > EVENT_SUCCESS ||
		    e->cart_id != id)
			continue;
		if (c.named_day < 0)
			c.named_day = e->day;
		if (e->kind == EVENT_SUCCESS && c.paid_day < 0)
			c.paid_day = e->day;
		if (e->kind == EVENT_SUCCESS)
			c.last_payer = e->address;
		if (e->kind == EVENT_PAY) {
			c.has_user = true;
			c.user = e->user_id;
		}
	}
	return c;
}

static void
assert_is_plain_cart(
    const struct columns *c, uint32_t i, const struct plain_cart *plain)
{
	struct hash_key ip = visitor_key(&plain->last_payer);

	assert_int_equal(c->named_day[i], plain->named_day);
	assert_int_equal(c->paid_day[i], (uint32_t)plain->paid_day);
	if (plain->has_user) {
		assert_int_equal(c->owner[i], OWNER_USER);
		assert_int_equal(c->owner_key[i], plain->user);
	} else if (plain->paid_day < 0) {
		assert_int_equal(c->owner[i], OWNER_NONE);
	} else if (ip.high == 0) {
		assert_int_equal(c->owner[i], OWNER_IPV4);
		assert_int_equal(c->owner_key[i], (uint32_t)ip.low);
	} else {
		assert_int_equal(c->owner[i], OWNER_IPV6);
		assert_in_range(c->owner_key[i] + 1, 1, c->ipv6_len);
		assert_int_equal(c->owner_ipv6[c->owner_key[i]].high, ip.high);
		assert_int_equal(c->owner_ipv6[c->owner_key[i]].low, ip.low);
	}
}

static void
carts_are_what_the_contract_says(void **state)
{
	uint64_t seed = 4;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *t = put_together(&seed, s.events, s.len);

		for (unsigned shard = 0; shard < SHARDS; shard++) {
			struct columns c;

			assert_int_equal(tally_columns(t, shard, &c), ERR_OK);
			for (uint32_t i = 0; i < c.carts_len; i++) {
				struct plain_cart plain =
				    plain_cart_of(&s, c.cart_id[i]);

				assert_is_plain_cart(&c, i, &plain);
			}
			columns_cleanup(&c);
		}
		tally_free(t);
	}
}

static void
requests_count_by_hour_and_country_of_their_day(void **state)
{
	struct tally *t = tally_new(geo);
	struct event e = line_of("1.0.0.7", EVENT_HOME);
	struct count n;

	(void)state;
	assert_int_equal(tally_add(t, &e), ERR_OK);
	assert_int_equal(tally_add(t, &e), ERR_OK);
	assert_int_equal(t->counts.len, 2);
	n = counts_row(&t->counts, 0);
	assert_int_equal(n.day, 10);
	assert_true(n.category == NAME_NONE);
	assert_int_equal(n.slot, 1);
	assert_int_equal(n.value, 2);
	n = counts_row(&t->counts, 1);
	assert_true(n.category == NAME_NONE);
	assert_int_equal(
	    n.slot, COUNT_HOURS + country_from_code(span_text("AU")));
	assert_int_equal(n.value, 2);
	tally_free(t);
}

static void
the_first_ten_malformed_places_are_kept_in_order(void **state)
{
	struct tally *left = tally_new(NULL), *right = tally_new(NULL);
	const struct tally_summary *s = tally_summary(left);

	(void)state;
	for (uint64_t i = 0; i < 7; i++) {
		tally_add_malformed(left, 0, i);
		tally_add_malformed(right, 1, i);
	}
	assert_int_equal(tally_append(left, right), ERR_OK);
	assert_int_equal(s->lines, 14);
	assert_int_equal(s->malformed, 14);
	assert_int_equal(s->places_len, 10);
	assert_int_equal(s->places[6].file, 0);
	assert_int_equal(s->places[9].file, 1);
	assert_int_equal(s->places[9].offset, 2);
	tally_free(left);
	tally_free(right);
}

static void
an_empty_tally_has_no_first_and_no_last_moment(void **state)
{
	struct tally *t = tally_new(NULL);

	(void)state;
	assert_true(tally_summary(t)->first_s > tally_summary(t)->last_s);
	tally_free(t);
	tally_free(NULL);
}

static void
the_earliest_moment_counts_wherever_it_stands_in_the_log(void **state)
{
	struct event events[] = { line_of("9.9.9.9", EVENT_HOME),
		line_of("9.9.9.9", EVENT_OTHER) };
	struct tally *t;

	(void)state;
	events[1].day = 9;
	t = tally_of(NULL, events, 2);
	assert_int_equal(tally_summary(t)->first_s, 9 * 86400 + 3600);
	assert_int_equal(tally_summary(t)->last_s, 10 * 86400 + 3600);
	assert_int_equal(tally_summary(t)->lines, 2);
	assert_int_equal(tally_summary(t)->other, 1);
	assert_int_equal(tally_summary(t)->bytes, 200);
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    two_neighbours_are_one_stretch_wherever_the_border_lies),
		cmocka_unit_test(
		    any_cuts_and_any_bracketing_give_what_one_pass_gives),
		cmocka_unit_test(
		    parts_that_are_concluded_say_what_one_pass_says),
		cmocka_unit_test(
		    a_tally_that_was_merged_goes_on_like_any_other),
		cmocka_unit_test(
		    an_add_to_cart_votes_for_the_page_in_the_stretch_before),
		cmocka_unit_test(another_line_between_takes_the_vote_away),
		cmocka_unit_test(
		    a_line_of_somebody_else_between_takes_nothing_away),
		cmocka_unit_test(the_second_add_to_cart_in_a_row_has_no_vote),
		cmocka_unit_test(carts_are_what_the_contract_says),
		cmocka_unit_test(
		    requests_count_by_hour_and_country_of_their_day),
		cmocka_unit_test(
		    the_first_ten_malformed_places_are_kept_in_order),
		cmocka_unit_test(
		    an_empty_tally_has_no_first_and_no_last_moment),
		cmocka_unit_test(
		    the_earliest_moment_counts_wherever_it_stands_in_the_log),
	};

	return cmocka_run_group_tests(tests, open_geo, close_geo);
}
