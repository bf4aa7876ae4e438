/* Carts from real segments: one shard, one segment or a base and deltas, are
 * the same carts. */
#include "worker/service/cold_carts.h"

#include "common/shoplog/tally/tally_columns.h"
#include "support/bulk_redis.h"
#include "worker/service/cold_manifest.h"
#include "worker/store/segments/segment.h"

#include <stdio.h>

enum { CARTS = 200, DAYS = 10 };

/* Cart c belongs to user c % 50, is paid on day c % 10 and holds two goods: a
 * cheese and, every other one, a wine. The lines of days before `cut` go to
 * `left`, the others to `right`; either may be NULL for nowhere. */
static void
fill(struct tally *left, struct tally *right, int cut)
{
	for (int day = 0; day < DAYS; day++) {
		struct tally *t = day < cut ? left : right;

		for (uint64_t cart = (uint64_t)day; cart < CARTS;
		     cart += DAYS) {
			struct event e = { .day = day, .cart_id = cart };

			for (uint64_t goods = 0; goods <= cart / 10 % 2;
			     goods++) {
				e.kind = EVENT_GOODS;
				e.category =
				    span_text(goods ? "wine" : "cheese");
				e.goods = span_text("x");
				assert_int_equal(tally_add(t, &e), ERR_OK);
				e.kind = EVENT_CART;
				e.goods_id = goods;
				assert_int_equal(tally_add(t, &e), ERR_OK);
			}
			e.kind = EVENT_PAY;
			e.user_id = cart % 50;
			assert_int_equal(tally_add(t, &e), ERR_OK);
			e.kind = EVENT_SUCCESS;
			assert_int_equal(tally_add(t, &e), ERR_OK);
		}
	}
}

static void
put(struct bulk_redis *t, const char *id, uint8_t *bytes, size_t len)
{
	assert_int_equal(
	    segment_put_bytes(t->bulk, id, span_of((char *)bytes, len)),
	    ERR_OK);
	free(bytes);
}

/* Writes the segments of a tally, their ids beginning with `name`. */
static void
put_tally(struct bulk_redis *t, const struct tally *tally, const char *name)
{
	char id[SEGMENT_ID_SIZE];
	uint8_t *bytes;
	size_t len;

	for (unsigned i = 0; i < SHARDS; i++) {
		struct columns c;

		assert_int_equal(tally_columns(tally, i, &c), ERR_OK);
		assert_int_equal(columns_encode(&c, &bytes, &len), ERR_OK);
		snprintf(id, sizeof(id), "%s-carts-%02u", name, i);
		put(t, id, bytes, len);
		columns_cleanup(&c);
	}
	assert_int_equal(votes_encode(tally, &bytes, &len), ERR_OK);
	snprintf(id, sizeof(id), "%s-votes", name);
	put(t, id, bytes, len);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
}

/* A manifest that names the segments of one tally, or of two in order. */
static void
name(struct record *m, const char *base, const char *delta)
{
	char field[32], list[128];

	for (unsigned i = 0; i < SHARDS; i++) {
		snprintf(field, sizeof(field), "carts:%02u", i);
		snprintf(list, sizeof(list), "%s-carts-%02u", base, i);
		if (delta)
			snprintf(list + strlen(list), 64, " %s-carts-%02u",
			    delta, i);
		assert_int_equal(record_put_text(m, field, list), ERR_OK);
	}
	snprintf(list, sizeof(list), "%s-votes", base);
	if (delta)
		snprintf(list + strlen(list), 64, " %s-votes", delta);
	assert_int_equal(record_put_text(m, "votes", list), ERR_OK);
}

/* Nothing is kept from one question to the next. */
static enum err
ask(struct bulk_redis *t, const struct record *m, const struct question *q,
    struct answer *out)
{
	const struct manifest manifest = { .record = *m,
		.generation = span_text("1-x") };
	struct cold_cache *cache = cold_cache_new(0);
	const struct cold c = { .bulk = t->bulk,
		.cache = cache,
		.arena = &t->arena,
		.manifest = &manifest,
		.question = q };
	enum err e = cold_carts(&c, out);

	cold_cache_free(cache);
	return e;
}

static void
assert_answers(struct bulk_redis *t, const struct record *m)
{
	struct question q = { .report = 5,
		.category = span_text("cheese"),
		.period = PERIOD_ALL };
	struct answer a;

	assert_int_equal(ask(t, m, &q, &a), ERR_OK);
	assert_int_equal(a.carts, 200);
	assert_int_equal(a.value, 100);
	assert_true(span_is_equal(a.ranking[0].name, span_text("wine")));
	q.period = (struct period){ 3, 4 };
	assert_int_equal(ask(t, m, &q, &a), ERR_OK);
	assert_int_equal(a.carts, 40);
	assert_int_equal(a.value, 20);
	q = (struct question){ .report = 7, .period = PERIOD_ALL };
	assert_int_equal(ask(t, m, &q, &a), ERR_OK);
	assert_int_equal(a.buyers, 50);
	assert_int_equal(a.value, 50);
	assert_int_equal(a.ranking_len, 1);
	q.period = (struct period){ 3, 4 };
	assert_int_equal(ask(t, m, &q, &a), ERR_OK);
	assert_int_equal(a.buyers, 10);
}

static void
carts_of_one_segment_or_of_a_base_and_a_delta_are_the_same(void **state)
{
	struct bulk_redis *t = *state;
	struct tally *whole = tally_new(NULL), *left = tally_new(NULL),
		     *right = tally_new(NULL);
	struct record m;

	fill(whole, whole, 0);
	put_tally(t, whole, "1");
	record_init(&m, &t->arena);
	name(&m, "1", NULL);
	assert_answers(t, &m);

	fill(left, right, 4);
	put_tally(t, left, "2");
	put_tally(t, right, "3");
	name(&m, "2", "3");
	assert_answers(t, &m);
	tally_free(whole);
	tally_free(left);
	tally_free(right);
}

static void
a_segment_that_is_gone_is_stale_and_one_of_another_kind_corrupt(void **state)
{
	struct bulk_redis *t = *state;
	struct tally *whole = tally_new(NULL);
	struct question q = { .report = 7, .period = PERIOD_ALL };
	struct record m;
	struct answer a;

	fill(whole, whole, 0);
	put_tally(t, whole, "1");
	record_init(&m, &t->arena);
	name(&m, "1", NULL);
	redis_process_ask(&t->server, "SETRANGE segment:1-carts-07 0 x");
	assert_int_equal(ask(t, &m, &q, &a), ERR_CORRUPT);
	redis_process_ask(&t->server, "DEL segment:1-carts-07");
	assert_int_equal(ask(t, &m, &q, &a), ERR_STALE);
	redis_process_ask(&t->server, "DEL segment:1-votes");
	q.report = 5;
	assert_int_equal(ask(t, &m, &q, &a), ERR_STALE);
	tally_free(whole);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    carts_of_one_segment_or_of_a_base_and_a_delta_are_the_same),
		TEST(
		    a_segment_that_is_gone_is_stale_and_one_of_another_kind_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
