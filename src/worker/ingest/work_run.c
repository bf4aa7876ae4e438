/* What a worker does with a task:
 *
 *	map     chunk -> partial
 *	reduce  a shard of all partials -> its segments       (merge.h)
 *	commit  the rest of all partials -> the new generation (merge.h)
 *	whole   all of it in memory: a small log does not pay for the machinery
 *	plan    a look at the log -> the tasks of a job that had to wait
 */
#include "worker/ingest/work_run.h"

#include "common/base/clock.h"
#include "common/base/turn.h"
#include "common/shoplog/chunk.h"
#include "common/shoplog/tally/partial.h"
#include "common/shoplog/tally/tally.h"
#include "worker/ingest/build.h"
#include "worker/ingest/countries.h"
#include "worker/ingest/merge.h"
#include "worker/ingest/plan.h"
#include "worker/ingest/source_text.h"
#include "worker/store/jobs/country_store.h"
#include "worker/store/jobs/job.h"
#include "worker/store/jobs/partial_store.h"
#include "worker/store/segments/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A tally of its own for an unterminated last line, see chunk.h. */
struct tallies {
	struct tally *lines, *tail;
};

static enum err
tallies_init(struct tallies *t, const struct geo *geo)
{
	t->lines = tally_new(geo);
	t->tail = tally_new(geo);
	return t->lines && t->tail ? ERR_OK : ERR_NO_MEMORY;
}

static void
tallies_cleanup(struct tallies *t)
{
	tally_free(t->lines);
	tally_free(t->tail);
	*t = (struct tallies){ 0 };
}

static bool
has_tail(const struct tallies *t)
{
	return tally_summary(t->tail)->bytes > 0;
}

/* Chunks first to first + count - 1. */
static enum err
read_chunks(struct work *w, size_t first, size_t count,
    const struct countries *c, struct tallies *t)
{
	enum err e = tallies_init(t, c->geo);

	for (size_t i = first; e == ERR_OK && i < first + count; i++)
		e = chunk_tally(&w->view->source, &w->view->chunks[i], t->lines,
		    t->tail, NULL, &w->stop, &w->why);
	turn_come_back();
	return e;
}

/* The same with the right countries, a second time when there was somebody to
 * ask for them (countries.h). */
static enum err
tally_chunks(struct work *w, struct bulk *b, size_t first, size_t count,
    struct countries *c, struct tallies *t)
{
	bool is_any = false;
	char who[COUNTRY_WHO];
	enum err e = countries_open(c, w->setup, w->view->geo);

	/* Whoever has the task by now goes on with what it asks for. */
	snprintf(who, sizeof(who),
	    "job %" PRId64 " %s %" PRIu32 " entry %s delivery %" PRId64,
	    w->task.job, task_kind_name(w->task.kind), w->task.index,
	    w->task.entry, w->task.deliveries);
	if (e == ERR_OK)
		e = read_chunks(w, first, count, c, t);
	if (e == ERR_OK)
		e = countries_answer(
		    c, w->setup, b, who, &w->stop, &is_any, &w->why);
	if (e != ERR_OK || !is_any)
		return e;
	tallies_cleanup(t);
	return read_chunks(w, first, count, c, t);
}

static enum err
put_partial(
    struct work *w, struct bulk *b, int64_t index, const struct tally *t)
{
	uint8_t *bytes;
	size_t len;
	enum err e = partial_encode(t, &bytes, &len);

	if (e != ERR_OK)
		return e;
	partial_put(b, w->task.job, index, span_of(bytes, len));
	free(bytes);
	return ERR_OK;
}

/* What was read, for the job's record: bytes of the files, as the plan has counted
 * them, not of the text that is packed in them.
 *
 * first, chunks  as of read_chunks */
static void
count(struct work *w, size_t first, size_t chunks, const struct tallies *t)
{
	w->bytes = 0;
	for (size_t i = first; i < first + chunks; i++)
		w->bytes += w->view->chunks[i].to - w->view->chunks[i].from;
	w->lines =
	    tally_summary(t->lines)->lines + tally_summary(t->tail)->lines;
}

static enum err
map(struct work *w, struct bulk *b)
{
	struct tallies t = { 0 };
	struct countries c = { 0 };
	enum err e = ERR_OK;

	if (w->task.index >= w->view->chunks_len)
		e = ERR_CORRUPT;
	if (e == ERR_OK)
		e = tally_chunks(w, b, w->task.index, 1, &c, &t);
	if (e == ERR_OK)
		e = put_partial(w, b, w->task.index, t.lines);
	if (e == ERR_OK && has_tail(&t))
		e = put_partial(w, b, PARTIAL_TAIL, t.tail);
	if (e == ERR_OK)
		count(w, w->task.index, 1, &t);
	tallies_cleanup(&t);
	countries_close(&c);
	return e == ERR_OK ? work_hand_in(w, b, TASK_REDUCE, SHARDS) : e;
}

/* The job is done already: what the reports are of is its result. */
static enum err
describe_unchanged(
    const struct work *w, const struct record *manifest, struct record *fields)
{
	struct parse_summary s;
	char number[24], here[SOURCE_SEEN_FROM_SIZE];
	enum err e = summary_of_record(manifest, fields->arena, &s);

	snprintf(number, sizeof(number), "%" PRId64, w->task.job);
	s.job = span_text(number);
	source_seen_from(here);
	if (e == ERR_OK)
		e = record_put_text(fields, "seen_from", here);
	return e == ERR_OK ? summary_to_record(&s, fields) : e;
}

static enum err
plan(struct work *w, struct bulk *b)
{
	const struct plan_wish wish = { .setup = w->setup,
		.is_full = w->task.index == 1 };
	struct arena arena;
	struct plan p;
	enum err e;

	arena_init(&arena);
	e = plan_make(&wish, &arena, &p, &w->why);
	if (e == ERR_OK && p.unchanged.len > 0)
		e = describe_unchanged(w, &p.unchanged, &p.fields);
	work_report(w);
	if (e == ERR_OK)
		e = job_plan(b, &w->task, w->report,
		    &(struct job_start){ .source = p.source_text,
			.fields = &p.fields,
			.kind = p.kind,
			.tasks = p.tasks });
	arena_reset(&arena);
	return e;
}

static enum err
build_whole(struct work *w, const struct build *b, struct tallies *t)
{
	struct record reduced[SHARDS], manifest, checkpoint, job;
	struct build_days known, days = { 0 };
	struct build_tail tail = { .days = &days };
	struct span votes = { NULL, 0 };
	uint64_t tail_bytes = tally_summary(t->tail)->bytes;
	struct shard_carts carts[SHARDS] = { 0 };
	const struct tally *rest = has_tail(t) ? t->tail : NULL;
	enum err e = build_border(b, 0, SHARDS, &t->lines, rest);

	if (e == ERR_OK)
		e = build_votes(t->lines, b->arena, &votes);
	if (e == ERR_OK)
		e = build_carts_of(t->lines, rest, carts);
	if (e == ERR_OK)
		e = build_carts(b, 0, SHARDS, carts);
	record_init(&manifest, b->arena);
	record_init(&checkpoint, b->arena);
	record_init(&job, b->arena);
	for (unsigned i = 0; i < SHARDS; i++)
		record_init(&reduced[i], b->arena);
	if (e == ERR_OK)
		e = build_shards(b, 0, SHARDS, t->lines, carts, reduced);
	build_carts_cleanup(carts, SHARDS);
	if (e == ERR_OK)
		e = build_on_base(b, t->lines, rest, reduced, &known);
	if (e == ERR_OK)
		e = build_checkpoint(b, t->lines, tail_bytes, votes, reduced,
		    &known, &checkpoint, &days, &w->why);
	if (e == ERR_OK && rest) {
		e = tally_append(t->lines, t->tail);
		if (e == ERR_OK)
			e = build_votes(t->lines, b->arena, &tail.votes);
		if (span_is_equal(tail.votes, votes))
			tail.votes = (struct span){ NULL, 0 };
	}
	if (e == ERR_OK)
		e = build_manifest(b, t->lines, rest ? &tail : NULL, reduced,
		    &checkpoint, &manifest, &job);
	if (e == ERR_OK)
		e = record_put_number(&job, "bytes_done", w->bytes);
	if (e == ERR_OK)
		e = record_put_number(&job, "lines_done", w->lines);
	if (e != ERR_OK)
		return e;
	return work_commit(
	    w, b->bulk, &(struct generation){ &manifest, &checkpoint, &job });
}

static enum err
whole(struct work *w, struct bulk *bulk)
{
	struct arena arena;
	struct build b = { bulk, w->view, &arena, NULL, NULL };
	struct tallies t = { 0 };
	struct countries c = { 0 };
	enum err e = tally_chunks(w, bulk, 0, w->view->chunks_len, &c, &t);

	arena_init(&arena);
	if (e == ERR_OK)
		count(w, 0, w->view->chunks_len, &t);
	if (e == ERR_OK)
		e = work_open_base(w, &b);
	if (e == ERR_OK)
		e = build_whole(w, &b, &t);
	arena_reset(&arena);
	tallies_cleanup(&t);
	countries_close(&c);
	return e;
}

void
work_run(struct work *w)
{
	struct bulk *b = bulk_new(&w->setup->redis, &w->stop, BULK_PATIENCE_MS);

	w->started_ms = clock_ms();
	if (!b)
		w->err = ERR_NO_MEMORY;
	else if (w->task.kind == TASK_MAP)
		w->err = map(w, b);
	else if (w->task.kind == TASK_REDUCE)
		w->err = merge_shard(w, b);
	else if (w->task.kind == TASK_COMMIT)
		w->err = merge_generation(w, b);
	else if (w->task.kind == TASK_WHOLE)
		w->err = whole(w, b);
	else
		w->err = plan(w, b);
	work_report(w);
	bulk_free(b);
}
