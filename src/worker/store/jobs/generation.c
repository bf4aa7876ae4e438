/* Manifest and checkpoint. The summary's texts in them are for people to read:
 * files are separated by '/', which no base name can hold, places are
 * "<file>:<offset>" with blanks between. */
#include "worker/store/jobs/generation.h"
#include "worker/store/redis/reply.h"

#include "common/base/civil.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMIT_KEYS = 5, COMMIT_FIXED = COMMIT_KEYS + 8, NUMBER_TEXT = 24 };

/* "2018-08-01T00:01:35"; empty texts say that there are no lines. */
static enum err
put_moments(struct record *r, int64_t first_s, int64_t last_s)
{
	char from[CIVIL_MOMENT_TEXT] = "", to[CIVIL_MOMENT_TEXT] = "";

	if (first_s <= last_s) {
		civil_moment_format(first_s, from);
		civil_moment_format(last_s, to);
	}
	return record_put_text(r, "from", from) == ERR_OK
		   ? record_put_text(r, "to", to)
		   : ERR_NO_MEMORY;
}

static size_t
put_fields(struct span *to, const struct record *r)
{
	for (size_t i = 0; i < r->len; i++) {
		to[2 * i] = r->fields[i].name;
		to[2 * i + 1] = r->fields[i].value;
	}
	return 2 * r->len;
}

enum err
generation_commit(struct bulk *b, const struct task *t, const char *worker,
    uint32_t chunks, const struct generation *g)
{
	size_t fields = g->manifest->len + g->checkpoint->len + g->job->len;
	struct span *argv = calloc(COMMIT_FIXED + 2 * fields, sizeof(*argv));
	char numbers[5][NUMBER_TEXT];
	size_t at = COMMIT_FIXED;

	if (!argv)
		return ERR_NO_MEMORY;
	snprintf(numbers[0], NUMBER_TEXT, "%" PRId64, t->job);
	snprintf(numbers[1], NUMBER_TEXT, "%" PRIu32, chunks);
	snprintf(numbers[2], NUMBER_TEXT, "%zu", g->manifest->len);
	snprintf(numbers[3], NUMBER_TEXT, "%zu", g->checkpoint->len);
	snprintf(numbers[4], NUMBER_TEXT, "%zu", g->job->len);
	const char *fixed[COMMIT_FIXED] = { "{logs}:running", "{logs}:tasks",
		"{logs}:manifest", "{logs}:checkpoint", "{logs}:garbage",
		numbers[0], t->entry, worker, task_kind_name(t->kind),
		numbers[1], numbers[2], numbers[3], numbers[4] };
	for (size_t i = 0; i < COMMIT_FIXED; i++)
		argv[i] = span_text(fixed[i]);
	at += put_fields(argv + at, g->manifest);
	at += put_fields(argv + at, g->checkpoint);
	at += put_fields(argv + at, g->job);
	bulk_put_script(b, SCRIPT_JOB_COMMIT, COMMIT_KEYS, (int)at, argv);
	free(argv);
	return bulk_run_at_once(b);
}

static enum err
on_checkpoint(size_t index, const redisReply *reply, void *arg)
{
	(void)index;
	return record_of_reply(arg, reply);
}

enum err
generation_checkpoint(struct bulk *b, struct record *out)
{
	bulk_putf(b, "HGETALL {logs}:checkpoint");
	return bulk_run(b, on_checkpoint, out);
}

static enum err
on_both(size_t index, const redisReply *reply, void *arg)
{
	struct record **out = arg;

	return record_of_reply(out[index], reply);
}

enum err
generation_both(
    struct bulk *b, struct record *checkpoint, struct record *manifest)
{
	struct record *out[] = { checkpoint, manifest };

	bulk_putf(b, "HGETALL {logs}:checkpoint");
	bulk_putf(b, "HGETALL {logs}:manifest");
	return bulk_run(b, on_both, out);
}

/* Names with '/' between. */
static enum err
put_files(struct record *r, const struct parse_summary *s)
{
	size_t size = 1;
	char *text, *to;

	for (size_t i = 0; i < s->files_len; i++)
		size += s->files[i].len + 1;
	text = to = arena_alloc(r->arena, size);
	if (!text)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < s->files_len; i++) {
		if (i > 0)
			*to++ = '/';
		memcpy(to, s->files[i].data, s->files[i].len);
		to += s->files[i].len;
	}
	return record_put(r, "files", span_of(text, (size_t)(to - text)));
}

static enum err
put_places(struct record *r, const struct parse_summary *s)
{
	char text[10 * 32 + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < s->places_len; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s%" PRIu32 ":%" PRIu64, i ? " " : "", s->places[i].file,
		    s->places[i].offset);
	return record_put_text(r, "malformed_at", text);
}

enum err
summary_to_record(const struct parse_summary *s, struct record *r)
{
	if (record_put(r, "job", s->job) != ERR_OK ||
	    record_put(r, "generation", s->generation) != ERR_OK ||
	    record_put(r, "mode", s->mode) != ERR_OK ||
	    record_put(r, "parsed_at", s->parsed_at) != ERR_OK ||
	    record_put_number(r, "lines", s->lines) != ERR_OK ||
	    record_put_number(r, "bytes", s->bytes) != ERR_OK ||
	    record_put_number(r, "malformed", s->malformed) != ERR_OK ||
	    put_places(r, s) != ERR_OK ||
	    record_put_number(r, "other", s->other) != ERR_OK ||
	    put_moments(r, s->first_s, s->last_s) != ERR_OK ||
	    put_files(r, s) != ERR_OK || record_put(r, "geo", s->geo) != ERR_OK)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

static enum err
get_files(struct span text, struct arena *a, struct parse_summary *out)
{
	struct span *files;
	size_t len = text.len > 0;

	for (size_t i = 0; i < text.len; i++)
		len += text.data[i] == '/';
	files = arena_alloc(a, len * sizeof(*files));
	if (!files)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++)
		files[i] = span_cut(&text, '/');
	out->files = files;
	out->files_len = len;
	return ERR_OK;
}

static enum err
get_places(struct span text, struct parse_summary *out)
{
	enum { PLACES = sizeof(out->places) / sizeof(out->places[0]) };

	out->places_len = 0;
	while (text.len > 0) {
		struct span place = span_cut(&text, ' ');
		uint64_t file, offset;

		if (out->places_len == PLACES ||
		    !span_to_u64(span_cut(&place, ':'), &file) ||
		    file > UINT32_MAX || !span_to_u64(place, &offset))
			return ERR_CORRUPT;
		out->places[out->places_len].file = (uint32_t)file;
		out->places[out->places_len++].offset = offset;
	}
	return ERR_OK;
}

static enum err
get_moments(const struct record *r, struct parse_summary *out)
{
	struct span from = record_get(r, "from"), to = record_get(r, "to");

	out->first_s = INT64_MAX;
	out->last_s = INT64_MIN;
	if (from.len == 0 && to.len == 0)
		return ERR_OK;
	return civil_moment_parse(from, &out->first_s) &&
		       civil_moment_parse(to, &out->last_s)
		   ? ERR_OK
		   : ERR_CORRUPT;
}

enum err
summary_of_record(
    const struct record *r, struct arena *a, struct parse_summary *out)
{
	enum err e;

	*out = (struct parse_summary){
		.job = record_get(r, "job"),
		.generation = record_get(r, "generation"),
		.mode = record_get(r, "mode"),
		.parsed_at = record_get(r, "parsed_at"),
		.lines = record_number(r, "lines"),
		.bytes = record_number(r, "bytes"),
		.malformed = record_number(r, "malformed"),
		.other = record_number(r, "other"),
		.geo = record_get(r, "geo"),
	};
	e = get_moments(r, out);
	if (e == ERR_OK)
		e = get_files(record_get(r, "files"), a, out);
	return e == ERR_OK ? get_places(record_get(r, "malformed_at"), out) : e;
}

enum { THERE_MS = 5000 };

struct there {
	generation_there_fn *fn;
	void *arg;
};

static void
on_there(enum err e, const redisReply *reply, void *arg)
{
	struct there *t = arg;
	bool is_there = false;

	if (e == ERR_OK)
		e = reply_err(reply);
	if (e == ERR_OK && reply->type != REDIS_REPLY_INTEGER)
		e = ERR_CORRUPT;
	if (e == ERR_OK)
		is_there = reply->integer == 1;
	t->fn(e, is_there, t->arg);
	free(t);
}

enum err
generation_is_there(struct redis *r, generation_there_fn *fn, void *arg)
{
	struct there *t = malloc(sizeof(*t));
	enum err e;

	if (!t)
		return ERR_NO_MEMORY;
	*t = (struct there){ fn, arg };
	e = redis_sendf(
	    r, on_there, t, THERE_MS, "HEXISTS {logs}:manifest generation");
	if (e != ERR_OK)
		free(t);
	return e;
}
