/* Options by getopt_long(3), its words replaced by ours. */
#include "master/report_options.h"

#include "common/base/civil.h"
#include "common/base/span.h"

#include <getopt.h>
#include <string.h>

enum { OPTION_HELP = 1, JSON, REPORT, CATEGORY, FROM, TO, THREADS };

static const struct option options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "json", no_argument, NULL, JSON },
	{ "report", required_argument, NULL, REPORT },
	{ "category", required_argument, NULL, CATEGORY },
	{ "from", required_argument, NULL, FROM },
	{ "to", required_argument, NULL, TO },
	{ "threads", required_argument, NULL, THREADS },
	{ 0 },
};

static enum err
read_number(const char *option, const char *value, unsigned max, unsigned *out,
    struct problem *why)
{
	uint64_t number;

	if (!span_to_u64(span_text(value), &number) || number < 1 ||
	    number > max)
		return problem_set(why, ERR_INVALID,
		    "%s %s: must be a number from 1 to %u", option, value, max);
	*out = (unsigned)number;
	return ERR_OK;
}

static enum err
read_day(
    const char *option, const char *value, int32_t *out, struct problem *why)
{
	if (civil_day_parse(span_text(value), out))
		return ERR_OK;
	return problem_set(why, ERR_INVALID,
	    "%s %s: must be a date as 2018-08-01", option, value);
}

static enum err
read_category(const char *value, const char **out, struct problem *why)
{
	if (!*value)
		return problem_set(why, ERR_INVALID,
		    "--category: is empty; name a category of the log");
	*out = value;
	return ERR_OK;
}

/* optopt is the character of an unknown short option (several may stand in one
 * word), 0 of an unknown long one, and the number of a known one that was given
 * a value it does not take. */
static enum err
not_an_option(const char *word, struct problem *why)
{
	if (optopt > THREADS)
		return problem_set(why, ERR_INVALID,
		    "-%c: is no option of trawl report", optopt);
	if (optopt)
		return problem_set(
		    why, ERR_INVALID, "%s: takes no value", word);
	return problem_set(
	    why, ERR_INVALID, "%s: is no option of trawl report", word);
}

static enum err
read_option(int option, char *const *argv, struct report_options *out,
    struct problem *why)
{
	unsigned number = 0;
	enum err e;

	switch (option) {
	case OPTION_HELP:
	case 'h':
		out->is_help = true;
		return ERR_OK;
	case JSON:
		out->is_json = true;
		return ERR_OK;
	case REPORT:
		e = read_number("--report", optarg, REPORTS, &number, why);
		if (e == ERR_OK)
			out->report = (int)number;
		return e;
	case CATEGORY:
		return read_category(optarg, &out->category, why);
	case FROM:
		out->has_period = true;
		return read_day("--from", optarg, &out->period.from, why);
	case TO:
		out->has_period = true;
		return read_day("--to", optarg, &out->period.to, why);
	case THREADS:
		return read_number("--threads", optarg, REPORT_THREADS_MAX,
		    &out->threads, why);
	case ':':
		return problem_set(
		    why, ERR_INVALID, "%s: wants a value", argv[optind - 1]);
	default:
		return not_an_option(argv[optind - 1], why);
	}
}

/* What must hold between several of them. */
static enum err
check(const struct report_options *o, struct problem *why)
{
	struct span own = answer_default_category(o->report);
	char from[CIVIL_DAY_TEXT], to[CIVIL_DAY_TEXT];
	size_t inputs = 0;

	if (o->period.from > o->period.to) {
		civil_day_format(o->period.from, from);
		civil_day_format(o->period.to, to);
		return problem_set(
		    why, ERR_INVALID, "--from %s: is after --to %s", from, to);
	}
	if (o->category && o->report && own.len == 0)
		return problem_set(why, ERR_INVALID,
		    "--category %s: report %d has none; 2, 3 and 5 have",
		    o->category, o->report);
	if (o->logs_len == 0)
		return problem_set(why, ERR_INVALID,
		    "which log? Name its files, or - for standard input");
	for (size_t i = 0; i < o->logs_len; i++)
		inputs += !strcmp(o->logs[i], "-");
	if (inputs > 1)
		return problem_set(why, ERR_INVALID,
		    "-: standard input can be read only once");
	return ERR_OK;
}

enum err
report_options_parse(
    int argc, char **argv, struct report_options *out, struct problem *why)
{
	enum err e = ERR_OK;
	int option;

	*out = (struct report_options){ .period = PERIOD_ALL };
	optind = 0; /* GNU's way to begin afresh */
	while (e == ERR_OK &&
	       (option = getopt_long(argc, argv, ":h", options, NULL)) != -1)
		e = read_option(option, argv, out, why);
	if (e != ERR_OK || out->is_help)
		return e;
	out->logs = argv + optind;
	out->logs_len = (size_t)(argc - optind);
	return check(out, why);
}
