/* Which documents stay: those of the generation that is asked for, the most
 * recently used ones of so many bytes. */
#include "worker/service/document_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { BODY = 1000 };

static struct cold_question
question_from(int32_t day)
{
	return (struct cold_question){
		.report = 6,
		.has_period = true,
		.period = { .from = day, .to = 100000 },
	};
}

static void
put(struct document_cache *c, const char *generation,
    const struct cold_question *q)
{
	static const char body[BODY];
	struct document *d =
	    document_new(span_text(generation), span_of(body, sizeof(body)));

	assert_non_null(d);
	document_cache_put(c, q, d);
	document_release(d);
}

static void
turn_to(struct document_cache *c, const char *generation)
{
	assert_int_equal(
	    document_cache_turn_to(c, span_text(generation)), ERR_OK);
}

static void
questions_are_told_apart(void **state)
{
	const struct cold_question questions[] = {
		{ .report = 1 },
		{ .report = 2 },
		{ .report = 2, .has_category = true },
		{ .report = 2,
		    .has_category = true,
		    .category = { "caviar", 6 } },
		{ .report = 2,
		    .has_category = true,
		    .category = { "cavia", 5 } },
		{ .report = 3,
		    .has_category = true,
		    .category = { "caviar", 6 } },
		{ .report = 1, .has_period = true },
		question_from(3),
		question_from(4),
	};
	enum { LEN = sizeof(questions) / sizeof(questions[0]) };
	struct document_cache *c = document_cache_new(LEN * BODY * 3);

	(void)state;
	turn_to(c, "a");
	for (size_t i = 0; i < LEN; i++) {
		assert_null(document_cache_find(c, &questions[i]));
		put(c, "a", &questions[i]);
	}
	for (size_t i = 0; i < LEN; i++)
		for (size_t j = i; j < LEN; j++)
			assert_true((document_cache_find(c, &questions[i]) ==
					document_cache_find(
					    c, &questions[j])) == (i == j));
	document_cache_free(c);
}

static void
the_least_recently_used_goes_first(void **state)
{
	enum { MANY = 50 };
	const struct cold_question used = question_from(0);
	struct document_cache *c = document_cache_new((size_t)10 * BODY);
	struct cold_question q;

	(void)state;
	turn_to(c, "a");
	put(c, "a", &used);
	for (int32_t day = 1; day < MANY; day++) {
		q = question_from(day);
		put(c, "a", &q);
		document_cache_note_use(c, document_cache_find(c, &used));
	}
	assert_non_null(document_cache_find(c, &used));
	assert_non_null(document_cache_find(c, &q));
	q = question_from(1);
	assert_null(document_cache_find(c, &q));
	assert_ptr_equal(
	    document_cache_newest(c), document_cache_find(c, &used));
	document_cache_free(c);
}

static void
what_is_larger_than_all_bytes_is_not_kept(void **state)
{
	const struct cold_question q = { .report = 1 };
	struct document_cache *c = document_cache_new(BODY);

	(void)state;
	turn_to(c, "a");
	put(c, "a", &q);
	assert_null(document_cache_find(c, &q));
	assert_null(document_cache_newest(c));
	document_cache_free(c);
}

static void
the_next_generation_lies_beside_until_it_is_asked_for(void **state)
{
	const struct cold_question one = { .report = 1 }, two = { .report = 2 };
	struct document_cache *c = document_cache_new((size_t)10 * BODY);
	struct cached_document *old;

	(void)state;
	turn_to(c, "a");
	put(c, "a", &one);
	put(c, "a", &two);
	put(c, "b", &one);
	old = document_cache_find(c, &one);
	assert_memory_equal(old->document->generation.data, "a", 1);
	assert_true(document_cache_has(c, span_text("b"), &one));
	assert_false(document_cache_has(c, span_text("b"), &two));
	turn_to(c, "b");
	assert_memory_equal(
	    document_cache_find(c, &one)->document->generation.data, "b", 1);
	assert_null(document_cache_find(c, &two));
	assert_false(document_cache_has(c, span_text("a"), &one));
	assert_ptr_equal(
	    document_cache_newest(c), document_cache_find(c, &one));
	assert_null(document_cache_older(document_cache_newest(c)));
	document_cache_free(c);
}

static void
a_second_of_the_same_question_changes_nothing(void **state)
{
	const struct cold_question q = { .report = 1 };
	struct document_cache *c = document_cache_new((size_t)10 * BODY);
	struct cached_document *first;

	(void)state;
	turn_to(c, "a");
	put(c, "a", &q);
	first = document_cache_find(c, &q);
	put(c, "a", &q);
	assert_ptr_equal(document_cache_find(c, &q), first);
	assert_null(document_cache_older(first));
	document_cache_free(c);
}

static void
use_is_noted_until_the_owner_looks(void **state)
{
	const struct cold_question q = { .report = 1 };
	struct document_cache *c = document_cache_new((size_t)10 * BODY);
	struct cached_document *n;

	(void)state;
	turn_to(c, "a");
	put(c, "a", &q);
	n = document_cache_find(c, &q);
	assert_false(n->is_asked);
	document_cache_note_use(c, n);
	assert_true(n->is_asked);
	document_cache_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_told_apart),
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(what_is_larger_than_all_bytes_is_not_kept),
		cmocka_unit_test(
		    the_next_generation_lies_beside_until_it_is_asked_for),
		cmocka_unit_test(a_second_of_the_same_question_changes_nothing),
		cmocka_unit_test(use_is_noted_until_the_owner_looks),
	};

	return cmocka_run_group_tests_name("document_cache", tests, NULL, NULL);
}
