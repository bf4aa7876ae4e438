#include "worker/ingest/build_shard.h"

#include "support/bulk_redis.h"

#include <stdio.h>

enum { DAY = 736000, CARTS = 50 };

/* Adds a line that names the cart. */
static void
add(struct tally *t, enum event_kind kind, uint64_t cart_id, int32_t day)
{
	const struct event e = {
		.kind = kind, .day = day, .cart_id = cart_id, .user_id = 1
	};

	assert_int_equal(tally_add(t, &e), ERR_OK);
}

static void
build_all(const struct build *b, const struct tally *t,
    const struct shard_carts *s, struct record *out)
{
	for (unsigned i = 0; i < SHARDS; i++)
		record_init(&out[i], b->arena);
	assert_int_equal(build_shards(b, 0, SHARDS, t, s, out), ERR_OK);
}

static void
every_cart_is_in_one_shard_and_counts_on_its_first_day(void **state)
{
	struct bulk_redis *t = *state;
	const struct job_view job = { .number = 7 };
	const struct build b = { t->bulk, &job, &t->arena, NULL, NULL };
	struct tally *tally = tally_new(NULL);
	struct shard_carts carts_of[SHARDS];
	struct record out[SHARDS];
	unsigned begun = 0;

	for (uint64_t i = 0; i < CARTS; i++) {
		add(tally, EVENT_PAY, i, DAY);
		add(tally, EVENT_SUCCESS, i, DAY + 1);
	}
	assert_int_equal(build_carts_of(tally, NULL, carts_of), ERR_OK);
	assert_int_equal(build_carts(&b, 0, SHARDS, carts_of), ERR_OK);
	build_all(&b, tally, carts_of, out);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	for (unsigned shard = 0; shard < SHARDS; shard++) {
		unsigned day, carts, done;

		if (record_get(&out[shard], "carts").len == 0)
			continue;
		assert_string_equal(
		    redis_process_ask(&t->server, "EXISTS segment:%s",
			record_get(&out[shard], "carts").data),
		    "1");
		assert_int_equal(sscanf(record_get(&out[shard], "days").data,
				     "%u %u %u ", &day, &carts, &done),
		    3);
		assert_int_equal(day, DAY);
		assert_int_equal(carts, done);
		begun += carts;
	}
	assert_int_equal(begun, CARTS);
	build_carts_cleanup(carts_of, SHARDS);
	tally_free(tally);
}

static void
a_tail_is_a_delta_of_its_carts_shard_alone(void **state)
{
	struct bulk_redis *t = *state;
	const struct job_view job = { .number = 7 };
	const struct build b = { t->bulk, &job, &t->arena, NULL, NULL };
	struct tally *tally = tally_new(NULL), *tail = tally_new(NULL);
	struct shard_carts carts[SHARDS];
	struct record out[SHARDS];
	unsigned deltas = 0;

	add(tally, EVENT_PAY, 3, DAY);
	add(tail, EVENT_SUCCESS, 3, DAY + 1);
	assert_int_equal(build_carts_of(tally, tail, carts), ERR_OK);
	assert_int_equal(build_carts(&b, 0, SHARDS, carts), ERR_OK);
	build_all(&b, tally, carts, out);
	for (unsigned shard = 0; shard < SHARDS; shard++) {
		if (record_get(&out[shard], "tail carts").len == 0)
			continue;
		deltas++;
		assert_true(span_is_equal(
		    record_get(&out[shard], "days"), span_text("736000 1 0 ")));
		assert_true(span_is_equal(record_get(&out[shard], "tail days"),
		    span_text("736000 1 1 ")));
	}
	assert_int_equal(deltas, 1);
	build_carts_cleanup(carts, SHARDS);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	tally_free(tally);
	tally_free(tail);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_cart_is_in_one_shard_and_counts_on_its_first_day),
		TEST(a_tail_is_a_delta_of_its_carts_shard_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
