#include "worker/store/jobs/partial_store.h"

#include "common/shoplog/tally/partial.h"
#include "common/shoplog/tally/tally.h"
#include "support/bulk_redis.h"

/* A partial with `lines` malformed lines, so that partials can be told apart. */
static void
put(struct bulk_redis *t, int64_t index, size_t lines)
{
	struct tally *tally = tally_new(NULL);
	uint8_t *bytes;
	size_t len;

	for (size_t i = 0; i < lines; i++)
		tally_add_malformed(tally, 0, i);
	assert_int_equal(partial_encode(tally, &bytes, &len), ERR_OK);
	partial_put(t->bulk, 7, index, span_of(bytes, len));
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	free(bytes);
	tally_free(tally);
}

struct seen {
	uint64_t lines[8];
	size_t len;
};

static enum err
look(struct span names, struct span section, void *arg)
{
	struct tally *t = tally_new(NULL);
	struct seen *s = arg;
	enum err e = partial_append_common(t, names, section);

	s->lines[s->len++] = tally_summary(t)->lines;
	tally_free(t);
	return e;
}

static void
sections_come_in_the_order_of_the_log(void **state)
{
	struct bulk_redis *t = *state;
	struct seen seen = { 0 };

	put(t, 2, 30);
	put(t, 0, 10);
	put(t, 1, 20);
	assert_int_equal(
	    partial_fetch(t->bulk, 7, 3, PARTIAL_COMMON, look, &seen), ERR_OK);
	assert_int_equal(seen.len, 3);
	assert_int_equal(seen.lines[0], 10);
	assert_int_equal(seen.lines[1], 20);
	assert_int_equal(seen.lines[2], 30);
}

static void
a_missing_partial_is_corrupt_and_a_missing_tail_is_none(void **state)
{
	struct bulk_redis *t = *state;
	struct seen seen = { 0 };

	put(t, 0, 10);
	assert_int_equal(
	    partial_fetch(t->bulk, 7, 2, PARTIAL_COMMON, look, &seen),
	    ERR_CORRUPT);
	seen.len = 0;
	assert_int_equal(
	    partial_fetch_tail(t->bulk, 7, PARTIAL_COMMON, look, &seen),
	    ERR_OK);
	assert_int_equal(seen.len, 0);
	put(t, PARTIAL_TAIL, 1);
	assert_int_equal(
	    partial_fetch_tail(t->bulk, 7, PARTIAL_COMMON, look, &seen),
	    ERR_OK);
	assert_int_equal(seen.lines[0], 1);
}

static void
what_is_no_partial_is_corrupt(void **state)
{
	struct bulk_redis *t = *state;
	struct seen seen = { 0 };

	partial_put(t->bulk, 7, 0, span_text("no partial"));
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	assert_int_equal(
	    partial_fetch(t->bulk, 7, 1, 3, look, &seen), ERR_CORRUPT);
}

static void
a_reduced_shard_comes_back_with_its_bytes(void **state)
{
	struct bulk_redis *t = *state;
	struct record out, in[2];

	record_init(&out, &t->arena);
	assert_int_equal(
	    record_put(&out, "votes", span_of("a\0\nb", 4)), ERR_OK);
	reduced_put(t->bulk, 7, 0, &out);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	record_init(&in[0], &t->arena);
	record_init(&in[1], &t->arena);
	assert_int_equal(reduced_fetch(t->bulk, 7, 1, in), ERR_OK);
	assert_true(
	    span_is_equal(record_get(&in[0], "votes"), span_of("a\0\nb", 4)));
	assert_int_equal(reduced_fetch(t->bulk, 7, 2, in), ERR_CORRUPT);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sections_come_in_the_order_of_the_log),
		TEST(a_missing_partial_is_corrupt_and_a_missing_tail_is_none),
		TEST(what_is_no_partial_is_corrupt),
		TEST(a_reduced_shard_comes_back_with_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
