/* A small log, read, and what it answers. */
#include "master/answers.h"

#include "common/base/civil.h"
#include "support/shop_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct span frozen = { "frozen_fish", 11 };

struct log {
	struct source source;
	struct reading reading;
	struct answers answers;
	struct arena arena;
};

static int
open_log(void **state)
{
	char path[] = "/tmp/trawl-test-answers.XXXXXX";
	struct log *l = calloc(1, sizeof(*l));
	const struct reading_ask ask = { .is_fallback_all = true };
	struct progress nobody_looks;
	int fd = mkstemp(path);

	if (!l ||
	    write(fd, shop_log, sizeof(shop_log) - 1) != sizeof(shop_log) - 1)
		return -1;
	close(fd);
	progress_init(&nobody_looks, NULL, 0);
	arena_init(&l->arena);
	assert_int_equal(source_resolve(&l->source, path, NULL), ERR_OK);
	assert_int_equal(reading_run(&l->source, NULL, 1, &ask, &nobody_looks,
			     &l->reading, NULL),
	    ERR_OK);
	assert_int_equal(
	    answers_init(&l->answers, &l->reading, &frozen, 1, &l->arena),
	    ERR_OK);
	*state = l;
	return unlink(path);
}

static int
close_log(void **state)
{
	struct log *l = *state;

	answers_cleanup(&l->answers);
	reading_cleanup(&l->reading);
	source_cleanup(&l->source);
	arena_reset(&l->arena);
	free(l);
	return 0;
}

static struct answer
answer(struct log *l, struct question q)
{
	struct answer a;

	assert_int_equal(answers_get(&l->answers, &q, 2, &a), ERR_OK);
	assert_int_equal(a.report, q.report);
	return a;
}

static int32_t
day_of(const char *date)
{
	int32_t day;

	assert_true(civil_day_parse(span_text(date), &day));
	return day;
}

static void
days_are_added_up(void **state)
{
	struct answer a = answer(
	    *state, (struct question){ .report = 4, .period = PERIOD_ALL });

	assert_int_equal(a.series_len, 3);
	a = answer(*state,
	    (struct question){
		.report = 3, .category = frozen, .period = PERIOD_ALL });
	assert_int_equal(a.hours[10], 1);
	assert_int_equal(a.hours[20], 0);
}

static void
a_period_leaves_days_out(void **state)
{
	struct answer a = answer(
	    *state, (struct question){ .report = 6, .period = PERIOD_ALL });

	assert_int_equal(a.value, 1);
	a = answer(*state, (struct question){ .report = 6,
			       .period = { INT32_MIN, day_of("2018-08-02") } });
	assert_int_equal(a.value, 0);
	a = answer(*state, (struct question){ .report = 7,
			       .period = { day_of("2018-08-04"), INT32_MAX } });
	assert_int_equal(a.buyers, 0);
}

static void
carts_are_asked_for_buyers_and_what_they_hold_together(void **state)
{
	struct answer a = answer(
	    *state, (struct question){ .report = 7, .period = PERIOD_ALL });

	assert_int_equal(a.buyers, 1);
	assert_int_equal(a.value, 0);
	a = answer(*state, (struct question){ .report = 5,
			       .category = span_text("semi_manufactures"),
			       .period = PERIOD_ALL });
	assert_int_equal(a.carts, 1);
	assert_int_equal(a.ranking_len, 1);
	assert_true(span_is_equal(a.ranking[0].name, span_text("fresh_fish")));
}

static void
a_category_that_was_not_named_was_seen_by_nobody(void **state)
{
	struct answer a =
	    answer(*state, (struct question){ .report = 3,
			       .category = span_text("semi_manufactures"),
			       .period = PERIOD_ALL });

	assert_int_equal(a.value, 0);
}

#define OF_A_LOG(test) \
	cmocka_unit_test_setup_teardown(test, open_log, close_log)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF_A_LOG(days_are_added_up),
		OF_A_LOG(a_period_leaves_days_out),
		OF_A_LOG(
		    carts_are_asked_for_buyers_and_what_they_hold_together),
		OF_A_LOG(a_category_that_was_not_named_was_seen_by_nobody),
	};

	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
