/* Categories that are bought together. (test_answer.c holds them against the
 * reference.) */
#include "common/shoplog/answer/together.h"

#include "common/shoplog/tally/tally_state.h"
#include "unit/shoplog/stream.h"

/* Goods 10 and 11 are cheese, 20 is wine, 30 is bread; of 40 nobody knows. */
static struct catalogue *
small_catalogue(void)
{
	static const struct {
		uint64_t goods_id;
		const char *category;
	} goods[] = { { 10, "cheese" }, { 11, "cheese" }, { 20, "wine" },
		{ 30, "bread" } };
	struct tally *t = tally_new(NULL);
	struct catalogue *c;

	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		uint32_t page;

		assert_int_equal(
		    names_page(&t->names, span_text(goods[i].category),
			span_text("x"), &page),
		    ERR_OK);
		assert_int_equal(
		    ballot_add(&t->ballot, goods[i].goods_id, page, 1), ERR_OK);
	}
	assert_int_equal(catalogue_of_tally(t, &c), ERR_OK);
	tally_free(t);
	return c;
}

/* Five carts: cheese twice and wine; cheese, bread and the unknown; wine; the
 * first again but not paid; cheese alone. */
static const uint32_t paid_day[] = { 5, 6, 6, COLUMNS_NO_DAY, 8 };
static const uint32_t items_from[] = { 0, 3, 6, 7, 10, 11 };
static const uint32_t items[] = { 0, 1, 2, 1, 3, 4, 2, 0, 1, 2, 0 };
static const uint64_t goods_id[] = { 10, 11, 20, 30, 40 };
static const struct columns carts = { .carts_len = 5,
	.goods_len = 5,
	.items_len = 11,
	.paid_day = paid_day,
	.items_from = items_from,
	.items = items,
	.goods_id = goods_id };

static void
ask(const char *category, struct period period, int shards, struct arena *a,
    struct answer *out)
{
	struct catalogue *c = small_catalogue();
	struct together *t = together_new(span_text(category), c);

	assert_non_null(t);
	for (int i = 0; i < shards; i++)
		assert_int_equal(together_add(t, &carts), ERR_OK);
	assert_int_equal(together_end(t), ERR_OK);
	catalogue_free(c);
	assert_int_equal(together_answer(t, period, a, out), ERR_OK);
	together_free(t);
	assert_true(span_is_equal(out->category, span_text(category)));
}

static void
a_cart_counts_once_for_every_other_category(void **state)
{
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	ask("cheese", PERIOD_ALL, 1, &arena, &a);
	assert_int_equal(a.carts, 3);
	assert_int_equal(a.ranking_len, 2);
	assert_true(span_is_equal(a.ranking[0].name, span_text("bread")));
	assert_true(span_is_equal(a.ranking[1].name, span_text("wine")));
	assert_int_equal(a.ranking[0].value, 1);
	assert_int_equal(a.ranking[1].value, 1);
	ask("cheese", PERIOD_ALL, 3, &arena, &a);
	assert_int_equal(a.carts, 9);
	assert_int_equal(a.value, 3);
	arena_reset(&arena);
}

static void
a_period_is_of_the_days_of_payment(void **state)
{
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	ask("cheese", (struct period){ 5, 5 }, 1, &arena, &a);
	assert_int_equal(a.carts, 1);
	assert_true(span_is_equal(a.ranking[0].name, span_text("wine")));
	ask("wine", (struct period){ 6, 7 }, 1, &arena, &a);
	assert_int_equal(a.carts, 1);
	assert_int_equal(a.ranking_len, 0);
	arena_reset(&arena);
}

static void
a_category_that_nobody_voted_for_is_in_no_cart(void **state)
{
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	ask("soap", PERIOD_ALL, 1, &arena, &a);
	assert_int_equal(a.carts, 0);
	assert_int_equal(a.ranking_len, 0);
	arena_reset(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cart_counts_once_for_every_other_category),
		cmocka_unit_test(a_period_is_of_the_days_of_payment),
		cmocka_unit_test(
		    a_category_that_nobody_voted_for_is_in_no_cart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
