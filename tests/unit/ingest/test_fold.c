#include "worker/ingest/fold.h"

#include "common/shoplog/answer/votes.h"
#include "support/bulk_redis.h"
#include "worker/store/segments/log_read.h"
#include "worker/store/segments/segment.h"

#include <stdio.h>

enum { LIST_MOST = 64 };

/* A list that grows by segments of `bytes`, folded as fold_count says.
 *
 * written  all bytes that were written
 * Returns the greatest length that it had. */
static size_t
grow(uint64_t base, uint64_t bytes, unsigned times, uint64_t *written)
{
	uint64_t sizes[LIST_MOST] = { base };
	struct base_list list = { .sizes = sizes, .len = 1 };
	size_t most = 0;

	*written = 0;
	for (unsigned i = 0; i < times; i++) {
		size_t n = fold_count(&list, bytes, i % SHARDS == 3);
		uint64_t sum = bytes;

		assert_true(n <= list.len);
		for (size_t j = 0; j < n; j++)
			sum += sizes[--list.len];
		assert_true(list.len < LIST_MOST);
		sizes[list.len++] = sum;
		*written += sum;
		if (list.len > most)
			most = list.len;
	}
	return most;
}

static void
a_list_stays_short_and_its_bytes_are_written_a_few_times(void **state)
{
	uint64_t written;

	(void)state;
	assert_true(grow(1000000, 100, 10000, &written) <= 16);
	/* 1 MB was added, and 2 MB is there. */
	assert_true(written < 20 * UINT64_C(2000000));
	assert_true(grow(100, 100, 1000, &written) <= 16);
}

static void
a_base_is_folded_at_a_tenth_in_turn_and_at_a_fifth_at_once(void **state)
{
	uint64_t sizes[] = { 1000, 60 };
	const struct base_list list = { .sizes = sizes, .len = 2 };
	const struct base_list none = { 0 };

	(void)state;
	assert_int_equal(fold_count(&none, 5, true), 0);
	assert_int_equal(fold_count(&list, 10, true), 0);
	assert_int_equal(fold_count(&list, 40, true), 2);
	assert_int_equal(fold_count(&list, 40, false), 1);
	assert_int_equal(fold_count(&list, 140, false), 2);
}

static void
every_shard_has_its_turn_however_far_apart_jobs_are(void **state)
{
	enum { JOBS = 1000, APART_MOST = 64 };
	static const int64_t distances[] = { 1, 400, 1000, 60000, 3600000 };

	(void)state;
	for (size_t d = 0; d < sizeof(distances) / sizeof(*distances); d++) {
		size_t last[SHARDS] = { 0 };

		for (size_t i = 0; i < JOBS; i++) {
			int64_t job = 1795671680916 + (int64_t)i * distances[d];
			size_t turns = 0;

			for (unsigned s = 0; s < SHARDS; s++) {
				if (fold_is_turn(job, s)) {
					last[s] = i;
					turns++;
				}
				assert_true(i - last[s] < APART_MOST);
			}
			assert_int_equal(turns, 1);
		}
	}
}

/* The list after it got these votes; NULL: nothing. */
static struct span
fold(const struct build *b, const struct base_list *known, struct span votes)
{
	struct fold f = { .kind = FOLD_VOTES, .list = known, .id = "new" };
	struct fold *folds[] = { &f };
	struct span ids;

	if (votes.data) {
		uint8_t *copy = malloc(votes.len);

		assert_non_null(copy);
		memcpy(copy, votes.data, votes.len);
		fold_begin(&f, b, copy, votes.len);
	}
	assert_int_equal(folds_fetch(b, folds, 1), ERR_OK);
	assert_int_equal(fold_end(&f, b, &ids), ERR_OK);
	fold_cleanup(&f);
	return ids;
}

static void
folded_segments_say_what_the_list_said(void **state)
{
	struct bulk_redis *t = *state;
	const struct job_view job = { .number = 7 };
	const struct build b = { t->bulk, &job, &t->arena, NULL, t->bulk };
	struct tally *tally = tally_new(NULL);
	struct span ids[1] = { span_text("old") }, list, bytes;
	uint64_t sizes[1];
	const struct base_list known = { ids, sizes, 1 };
	uint8_t *votes;
	size_t len;

	assert_int_equal(votes_encode(tally, &votes, &len), ERR_OK);
	sizes[0] = len;
	assert_int_equal(
	    segment_put_bytes(t->bulk, "old", span_of(votes, len)), ERR_OK);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	list = fold(&b, &known, span_of(votes, len));
	assert_true(span_is_equal(list, span_text("new")));
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	assert_int_equal(
	    log_read_bytes(t->bulk, &list, 1, &t->arena, &bytes), ERR_OK);
	assert_true(span_is_equal(bytes, span_of(votes, len)));
	sizes[0] = 1000 * len; /* a base too great to be folded */
	list = fold(&b, &known, span_of(votes, len));
	assert_true(span_is_equal(list, span_text("old new")));
	list = fold(&b, &known, (struct span){ NULL, 0 });
	assert_true(span_is_equal(list, span_text("old")));
	list = fold(&b, NULL, (struct span){ NULL, 0 });
	assert_int_equal(list.len, 0);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	free(votes);
	tally_free(tally);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_list_stays_short_and_its_bytes_are_written_a_few_times),
		cmocka_unit_test(
		    a_base_is_folded_at_a_tenth_in_turn_and_at_a_fifth_at_once),
		cmocka_unit_test(
		    every_shard_has_its_turn_however_far_apart_jobs_are),
		TEST(folded_segments_say_what_the_list_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
