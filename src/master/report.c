/* The offline command, in the order of its work: options, files, the reading,
 * the answers. */
#include "master/report.h"

#include "common/base/civil.h"
#include "common/report/report.h"
#include "common/shoplog/answer/categories.h"
#include "master/answers.h"
#include "master/report_options.h"
#include "master/report_text.h"
#include "master/spool.h"
#include "master/standard_output.h"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 1, MISUSED = 2 };

struct report {
	struct report_options options;
	struct spool spool; /* of standard input */
	struct source source;
	struct geo *geo;
	struct reading log;
	struct answers answers;
	struct report_source about;
	char parsed_at[CIVIL_MOMENT_TEXT + 1];
	struct arena arena;
};

static void
cleanup(struct report *r)
{
	answers_cleanup(&r->answers);
	reading_cleanup(&r->log);
	geo_close(r->geo);
	source_cleanup(&r->source);
	spool_close(&r->spool);
	arena_reset(&r->arena);
}

static enum err
help(struct problem *why)
{
	puts(
	    "usage: trawl report [OPTION]... LOG...\n"
	    "Answers the seven reports about the files, read as one log. A LOG "
	    "is a file,\n"
	    "several with commas between, a glob, or - for standard input.\n\n"
	    "  --report N     report N alone, 1 to 7\n"
	    "  --category C   the category of reports 2, 3 and 5\n"
	    "  --from DATE    from this day on, as 2018-08-01\n"
	    "  --to DATE      up to this day, itself included\n"
	    "  --json         the JSON of GET /report/N; without --report, an "
	    "object of all\n"
	    "                 seven by their numbers\n"
	    "  --threads N    threads that read, 1 to 256; one per CPU unless "
	    "given\n"
	    "  -h, --help     this text\n\n"
	    "Standard input is copied into TMPDIR, or /tmp. Ends with 0; with "
	    "1 "
	    "when a log\n"
	    "cannot be read or has no such category; with 2 for wrong usage.");
	return standard_output_finish(why);
}

/* Where progress is shown; NULL: nobody looks. */
static FILE *
watched(void)
{
	return isatty(STDERR_FILENO) ? stderr : NULL;
}

static enum err
spool_input(struct report *r, struct problem *why)
{
	struct progress progress;

	progress_init(&progress, watched(), 0);
	return spool_open(&r->spool, STDIN_FILENO, &progress, why);
}

/* Standard input goes by the name of its copy. */
static enum err
open_log(struct report *r, struct problem *why)
{
	size_t len = r->options.logs_len;
	const char **names = arena_alloc(&r->arena, len * sizeof(*names));

	if (!names)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		names[i] = r->options.logs[i];
		if (!strcmp(names[i], "-")) {
			enum err e = spool_input(r, why);

			if (e != ERR_OK)
				return e;
			names[i] = r->spool.path;
		}
	}
	return source_of_lists(&r->source, names, len, why);
}

static enum err
open_geo(struct report *r, struct problem *why)
{
	char path[PATH_MAX];
	enum err e = geo_default_ranges_path(path, sizeof(path), why);

	return e == ERR_OK ? geo_open_ranges(&r->geo, path, why) : e;
}

static unsigned
count_threads(const struct report_options *o)
{
	cpu_set_t cpus;
	int n = 1;

	if (o->threads)
		return o->threads;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		n = CPU_COUNT(&cpus);
	return n < REPORT_THREADS_MAX ? (unsigned)n : REPORT_THREADS_MAX;
}

/* The category that a report is about; empty: it is about none. */
static struct span
category_of(const struct report *r, int report)
{
	struct span own = answer_default_category(report);

	return own.len && r->options.category ? span_text(r->options.category)
					      : own;
}

enum { COUNTED = 2 }; /* categories whose counts are asked for */

static void
list_counted(const struct report *r, struct span out[COUNTED])
{
	out[0] = category_of(r, 2);
	out[1] = category_of(r, 3);
}

static enum err
read_log(struct report *r, struct problem *why)
{
	struct span counted[COUNTED];
	/* A category that is refused is refused with a list of all. */
	struct reading_ask ask = { { counted, COUNTED },
		.is_fallback_all = r->options.category };
	struct progress progress;

	list_counted(r, counted);
	progress_init(&progress, watched(), r->source.bytes);
	return reading_run(&r->source, r->geo, count_threads(&r->options), &ask,
	    &progress, &r->log, why);
}

static enum err
derive(struct report *r)
{
	struct span counted[COUNTED];

	list_counted(r, counted);
	return answers_init(&r->answers, &r->log, counted, COUNTED, &r->arena);
}

static enum err
describe(struct report *r)
{
	const struct tally_summary *s = tally_summary(r->log.tally);
	size_t len = r->source.files_len;
	const char **names = arena_alloc(&r->arena, len * sizeof(*names));
	char now[CIVIL_MOMENT_TEXT];

	if (!names)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++)
		names[i] = strcmp(r->source.files[i].path, r->spool.path)
			       ? basename(r->source.files[i].path)
			       : "-";
	civil_moment_format(civil_moment_of_unix(time(NULL)), now);
	snprintf(r->parsed_at, sizeof(r->parsed_at), "%sZ", now);
	r->about = (struct report_source){
		.files = names,
		.files_len = len,
		.lines = s->lines,
		.malformed = s->malformed,
		.first_s = s->first_s,
		.last_s = s->last_s,
		.parsed_at = r->parsed_at,
		.geo = geo_source(r->geo),
	};
	return ERR_OK;
}

/* Says that no view of the log names the category, and which there are. */
static enum err
refuse_category(struct report *r, struct problem *why)
{
	struct day_segment *days;
	struct span *names;
	const char *others;
	size_t len;
	enum err e =
	    day_segments(r->log.tally, NULL, 0, &r->arena, &days, &len);

	if (e == ERR_OK)
		e = categories_of_days(days, len, &r->arena, &names, &len);
	if (e != ERR_OK)
		return e;
	others = categories_text(names, len, &r->arena);
	if (!others)
		return ERR_NO_MEMORY;
	return problem_set(why, ERR_NO_CATEGORY,
	    "--category %s: no view of the log names it; %s",
	    r->options.category, others);
}

static enum err
check_category(struct report *r, struct problem *why)
{
	struct span *names;
	size_t len;
	enum err e;

	if (!r->options.category)
		return ERR_OK;
	/* The days know of no other category. */
	e = categories_of_days(
	    r->answers.days, r->answers.days_len, &r->arena, &names, &len);
	return e || len ? e : refuse_category(r, why);
}

static enum err
answer(struct report *r, int report, struct answer *out)
{
	struct question q = {
		.report = report,
		.category = category_of(r, report),
		.period = r->options.period,
	};

	return answers_get(&r->answers, &q, count_threads(&r->options), out);
}

static enum err
print_json(struct report *r, const struct answer *a)
{
	const struct period *period =
	    r->options.has_period ? &r->options.period : NULL;
	char *json;
	size_t len;
	enum err e = report_encode(a, &r->about, period, &json, &len);

	if (e != ERR_OK)
		return e;
	if (r->options.report)
		printf("%s\n", json);
	else
		printf("%s\"%d\":%s%s", a->report == 1 ? "{" : "", a->report,
		    json, a->report == REPORTS ? "}\n" : ",\n");
	free(json);
	return ERR_OK;
}

static enum err
print_answers(struct report *r, struct problem *why)
{
	const struct report_options *o = &r->options;
	enum err e = ERR_OK;

	if (!o->is_json)
		report_text_source(
		    stdout, &r->about, o->has_period ? &o->period : NULL);
	for (int i = 1; i <= REPORTS && e == ERR_OK; i++) {
		struct answer a;

		if (o->report && o->report != i)
			continue;
		e = answer(r, i, &a);
		if (e == ERR_OK && o->is_json)
			e = print_json(r, &a);
		else if (e == ERR_OK)
			report_text_answer(stdout, &a);
	}
	return e == ERR_OK ? standard_output_finish(why) : e;
}

static enum err
run(struct report *r, struct problem *why)
{
	enum err e = open_log(r, why);

	if (e == ERR_OK)
		e = open_geo(r, why);
	if (e == ERR_OK)
		e = read_log(r, why);
	if (e == ERR_OK)
		e = derive(r);
	if (e == ERR_OK)
		e = describe(r);
	if (e == ERR_OK)
		e = check_category(r, why);
	return e == ERR_OK ? print_answers(r, why) : e;
}

static void
complain(const char *words)
{
	fputs("trawl report: ", stderr);
	report_text_words(stderr, span_text(words));
	fputc('\n', stderr);
}

int
report_command(int argc, char **argv)
{
	struct report r = { .spool = { .fd = -1 } };
	struct problem why = { "" };
	enum err e = report_options_parse(argc, argv, &r.options, &why);

	if (e != ERR_OK) {
		complain(why.text);
		fputs("All options: trawl report --help\n", stderr);
		return MISUSED;
	}
	e = r.options.is_help ? help(&why) : run(&r, &why);
	cleanup(&r);
	if (e == ERR_OK)
		return 0;
	complain(why.text[0] ? why.text : err_text(e));
	return FAILED;
}
