#include "worker/service/cold.h"

#include "common/base/civil.h"
#include "unit/service/reporter.h"

static struct cold_answer
compute(struct reporter *t, struct cold_question q)
{
	struct cold_cache *cache = cold_cache_new(1 << 20);
	const struct cold_source source = { &t->crew->server.address, 1000,
		cache, span_text("") };
	struct cold_answer a;

	assert_non_null(cache);
	if (!q.has_period)
		q.period = PERIOD_ALL;
	cold_compute(&source, &q, &a);
	cold_cache_free(cache);
	return a;
}

/* The document of a report holds this text, blanks aside. */
static void
expect(struct reporter *t, struct cold_question q, const char *text)
{
	struct cold_answer a = compute(t, q);
	char *to = a.document;

	assert_int_equal(a.err, ERR_OK);
	for (const char *at = a.document; *at; at++)
		if (*at != ' ' && *at != '\n')
			*to++ = *at;
	*to = '\0';
	if (!strstr(a.document, text))
		fail_msg("no %s in %s", text, a.document);
	cold_cleanup(&a);
}

static struct cold_question
of_days(int report, const char *from, const char *to)
{
	struct cold_question q = { .report = report, .has_period = true };

	assert_true(civil_day_parse(span_text(from), &q.period.from));
	assert_true(civil_day_parse(span_text(to), &q.period.to));
	return q;
}

static void
all_seven_are_computed_from_segments(void **state)
{
	struct reporter t;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	expect(&t, (struct cold_question){ .report = 1 }, "\"unknown\":8");
	expect(&t, (struct cold_question){ .report = 2 }, "\"unknown\":1");
	expect(&t, (struct cold_question){ .report = 3 },
	    "\"answer\":\"morning\"");
	expect(&t, (struct cold_question){ .report = 4 }, "\"answer\":3");
	expect(&t, (struct cold_question){ .report = 5 },
	    "\"answer\":\"fresh_fish\"");
	expect(&t, (struct cold_question){ .report = 6 }, "\"answer\":1");
	expect(&t, (struct cold_question){ .report = 7 }, "\"buyers\":1");
	reporter_close(&t);
}

static void
a_period_counts_its_days_and_carts_by_their_own(void **state)
{
	struct reporter t;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	expect(&t, of_days(1, "2018-08-02", "2018-08-02"), "\"unknown\":3");
	expect(&t, of_days(5, "2018-08-01", "2018-08-02"), "\"carts\":0");
	expect(&t, of_days(5, "2018-08-03", "2018-08-03"), "\"carts\":1");
	expect(&t, of_days(6, "2018-08-01", "2018-08-01"), "\"value\":0");
	expect(&t, of_days(6, "2018-08-03", "2018-08-03"), "\"value\":1");
	expect(&t, of_days(7, "2018-08-01", "2018-08-02"), "\"buyers\":0");
	expect(&t, of_days(4, "2019-01-01", "2019-01-02"), "\"ranking\":[]");
	reporter_close(&t);
}

static void
an_unknown_category_is_refused_with_those_that_occur(void **state)
{
	struct reporter t;
	struct cold_answer a;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	a = compute(&t, (struct cold_question){ .report = 2,
			    .has_category = true,
			    .category = span_text("no_such") });
	assert_int_equal(a.err, ERR_NO_CATEGORY);
	assert_non_null(
	    strstr(a.words, "fresh_fish, frozen_fish, semi_manufactures"));
	cold_cleanup(&a);
	/* The default one need not occur. */
	reporter_parse(&t, "no line\n");
	expect(&t, (struct cold_question){ .report = 2 }, "\"ranking\":[]");
	a = compute(&t, (struct cold_question){ .report = 2,
			    .has_category = true,
			    .category = span_text("no_such") });
	assert_int_equal(a.err, ERR_NO_CATEGORY);
	assert_string_equal(a.words, "No category 'no_such'; there are none");
	cold_cleanup(&a);
	reporter_close(&t);
}

static void
a_segment_that_is_gone_for_good_is_an_error_and_not_an_answer(void **state)
{
	struct reporter t;
	struct cold_answer a;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	redis_process_ask(
	    &t.crew->server, "DEL segment:" FIRST_JOB_TEXT "-day-2018-08-02");
	a = compute(&t, (struct cold_question){ .report = 1 });
	assert_int_equal(a.err, ERR_STALE);
	cold_cleanup(&a);
	reporter_close(&t);
}

/* All that seven reports say of a period, generation and source aside. */
static void
documents(const struct cold_source *s, struct period period, char *out)
{
	for (int i = 1; i <= 7; i++) {
		const struct cold_question q = {
			.report = i, .has_period = true, .period = period
		};
		struct cold_answer a;

		cold_compute(s, &q, &a);
		assert_int_equal(a.err, ERR_OK);
		*strstr(a.document, "\"source\"") = '\0';
		out = stpcpy(out, a.document);
		cold_cleanup(&a);
	}
}

/* Every period, asked of what was kept of those before and of nothing. */
static void
assert_kept_is_true(const struct cold_source *s)
{
	enum { DAY = 736906, DAYS = 5 }; /* 2018-07-31 and on */
	static char fresh[8192], again[8192];

	for (int32_t from = 0; from < DAYS; from++) {
		for (int32_t to = from; to < DAYS; to++) {
			struct period p = { DAY + from, DAY + to };
			struct cold_source bare = *s;

			bare.cache = cold_cache_new(0);
			documents(&bare, p, fresh);
			cold_cache_free(bare.cache);
			documents(s, p, again);
			assert_string_equal(again, fresh);
		}
	}
}

static struct span
current(struct reporter *t)
{
	return span_text(redis_process_ask(
	    &t->crew->server, "HGET {logs}:manifest generation"));
}

static void
what_is_kept_gives_the_answers_of_what_is_read(void **state)
{
	struct reporter t;
	struct cold_source source = { .patience_ms = 1000,
		.cache = cold_cache_new(1 << 20) };
	char generation[64];

	(void)state;
	reporter_open(&t);
	source.address = &t.crew->server.address;
	reporter_parse(&t, shop_log);
	snprintf(generation, sizeof(generation), "%s", current(&t).data);
	source.generation = span_text(generation);
	assert_kept_is_true(&source);
	/* Days that change, days that come, carts that are paid. */
	crew_write(t.crew, "a",
	    LINE("1 11:00:00", "fresh_fish/salmon") LINE("3 20:10:00",
		"success_pay_8") LINE("4 01:00:00", "frozen_fish/"));
	assert_int_equal(crew_parse(t.crew, 0).err, ERR_OK);
	snprintf(generation, sizeof(generation), "%s", current(&t).data);
	assert_kept_is_true(&source);
	cold_cache_free(source.cache);
	reporter_close(&t);
}

static void
another_period_of_what_is_kept_asks_redis_nothing(void **state)
{
	struct reporter t;
	struct cold_source source = { .patience_ms = 50,
		.cache = cold_cache_new(1 << 20) };
	static char first[8192], again[8192];
	char generation[64];

	(void)state;
	reporter_open(&t);
	source.address = &t.crew->server.address;
	reporter_parse(&t, shop_log);
	snprintf(generation, sizeof(generation), "%s", current(&t).data);
	source.generation = span_text(generation);
	documents(&source, PERIOD_ALL, first);
	redis_process_kill(&t.crew->server);
	documents(&source, PERIOD_ALL, again);
	assert_string_equal(again, first);
	documents(&source, (struct period){ 0, 5 }, again);
	cold_cache_free(source.cache);
	reporter_close(&t);
}

static void
nothing_parsed_and_nobody_there_are_told_apart(void **state)
{
	struct reporter t;
	struct cold_answer a;

	(void)state;
	reporter_open(&t);
	a = compute(&t, (struct cold_question){ .report = 1 });
	assert_int_equal(a.err, ERR_NOTHING_PARSED);
	redis_process_kill(&t.crew->server);
	a = compute(&t, (struct cold_question){ .report = 1 });
	assert_int_equal(a.err, ERR_STORE_DOWN);
	reporter_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_seven_are_computed_from_segments),
		cmocka_unit_test(
		    a_period_counts_its_days_and_carts_by_their_own),
		cmocka_unit_test(
		    an_unknown_category_is_refused_with_those_that_occur),
		cmocka_unit_test(
		    a_segment_that_is_gone_for_good_is_an_error_and_not_an_answer),
		cmocka_unit_test(
		    what_is_kept_gives_the_answers_of_what_is_read),
		cmocka_unit_test(
		    another_period_of_what_is_kept_asks_redis_nothing),
		cmocka_unit_test(
		    nothing_parsed_and_nobody_there_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
