/* The command line of `trawl report`, read. */
#include "master/report_options.h"

#include "common/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 12 };

/* `line` cut at its blanks; borrowed until the next call. */
static enum err
parse(const char *line, struct report_options *out, struct problem *why)
{
	static char copy[256];
	static char *argv[WORDS + 1];
	char *rest = copy;
	int argc = 0;

	strcpy(copy, line);
	while (rest && argc < WORDS)
		argv[argc++] = strsep(&rest, " ");
	argv[argc] = NULL;
	*why = (struct problem){ "" };
	return report_options_parse(argc, argv, out, why);
}

static void
defaults_are_all_reports_of_all_days(void **state)
{
	struct report_options o;
	struct problem why;

	(void)state;
	assert_int_equal(parse("report a.log", &o, &why), ERR_OK);
	assert_int_equal(o.report, 0);
	assert_false(o.is_json);
	assert_null(o.category);
	assert_false(o.has_period);
	assert_int_equal(o.period.from, INT32_MIN);
	assert_int_equal(o.period.to, INT32_MAX);
	assert_int_equal(o.threads, 0);
	assert_int_equal(o.logs_len, 1);
	assert_string_equal(o.logs[0], "a.log");
}

static void
options_stand_anywhere_and_files_keep_their_order(void **state)
{
	struct report_options o;
	struct problem why;

	(void)state;
	assert_int_equal(parse("report b --json a --report 5 --category=x "
			       "--threads 3 -- --c",
			     &o, &why),
	    ERR_OK);
	assert_true(o.is_json);
	assert_int_equal(o.report, 5);
	assert_string_equal(o.category, "x");
	assert_int_equal(o.threads, 3);
	assert_int_equal(o.logs_len, 3);
	assert_string_equal(o.logs[0], "b");
	assert_string_equal(o.logs[1], "a");
	assert_string_equal(o.logs[2], "--c");
}

static void
a_period_may_be_open_on_either_side(void **state)
{
	struct report_options o;
	struct problem why;

	(void)state;
	assert_int_equal(parse("report --from 0001-01-02 -", &o, &why), ERR_OK);
	assert_true(o.has_period);
	assert_int_equal(o.period.from, 1);
	assert_int_equal(o.period.to, INT32_MAX);
	assert_int_equal(parse("report --to 0001-01-01 -", &o, &why), ERR_OK);
	assert_int_equal(o.period.from, INT32_MIN);
	assert_int_equal(o.period.to, 0);
	assert_int_equal(
	    parse("report --from 0001-01-01 --to 0001-01-01 -", &o, &why),
	    ERR_OK);
}

static void
help_wants_no_file(void **state)
{
	struct report_options o;
	struct problem why;

	(void)state;
	assert_int_equal(parse("report --help", &o, &why), ERR_OK);
	assert_true(o.is_help);
	assert_int_equal(parse("report -h", &o, &why), ERR_OK);
	assert_true(o.is_help);
}

static void
wrong_usage_is_refused_in_words(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "report", "which log?" },
		{ "report --report 8 a", "--report 8: must be" },
		{ "report --report 1x a", "--report 1x: must be" },
		{ "report --report -1 a", "--report -1: must be" },
		{ "report --threads 0 a", "--threads 0: must be" },
		{ "report --from 2018-8-1 a", "--from 2018-8-1: must be" },
		{ "report --to 0000-01-01 a", "--to 0000-01-01: must be" },
		{ "report --from 2018-08-02 --to 2018-08-01 a",
		    "--from 2018-08-02: is after --to 2018-08-01" },
		{ "report a --to", "--to: wants a value" },
		{ "report --nope a", "--nope: is no option" },
		{ "report -ab a", "-a: is no option" },
		{ "report --json=1 a", "--json=1: takes no value" },
		{ "report --category x --report 6 a", "report 6 has none" },
		{ "report - a -", "only once" },
	};
	struct report_options o;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].line, &o, &why), ERR_INVALID);
		if (!strstr(why.text, rows[i].words))
			fail_msg("%s: %s", rows[i].line, why.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_all_reports_of_all_days),
		cmocka_unit_test(
		    options_stand_anywhere_and_files_keep_their_order),
		cmocka_unit_test(a_period_may_be_open_on_either_side),
		cmocka_unit_test(help_wants_no_file),
		cmocka_unit_test(wrong_usage_is_refused_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
