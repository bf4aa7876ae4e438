/* Reduce and commit. Partials come in the order of the log, so that appending
 * them is what one pass over the log would have done.
 *
 * Votes at the borders of chunks come to light where the addresses are merged,
 * in a shard; all others are in what the tallies have in common. */
#include "worker/ingest/merge.h"

#include "common/base/turn.h"
#include "common/shoplog/answer/votes.h"
#include "common/shoplog/carts/columns_join.h"
#include "common/shoplog/tally/partial.h"
#include "worker/ingest/build.h"
#include "worker/store/jobs/partial_store.h"
#include "worker/store/segments/segment.h"

#include <stdlib.h>

enum { PILE = 256 }; /* columns that are made one together */

/* A tally that grows by one section of every partial. */
struct merging {
	struct work *work;
	struct tally *tally;
	unsigned shard;
	bool is_any;
	/* Of a shard: its carts, which do not come into the tally. */
	struct columns carts[PILE];
	size_t carts_len;
};

static void
merging_cleanup(struct merging *m)
{
	tally_free(m->tally);
	while (m->carts_len > 0)
		columns_cleanup(&m->carts[--m->carts_len]);
}

/* The pile of carts becomes one. */
static enum err
join(struct merging *m)
{
	struct columns one;
	enum err e = columns_join(m->carts, m->carts_len, &one);

	if (e != ERR_OK)
		return e;
	while (m->carts_len > 0)
		columns_cleanup(&m->carts[--m->carts_len]);
	m->carts[m->carts_len++] = one;
	return ERR_OK;
}

static enum err
on_shard(struct span names, struct span section, void *arg)
{
	struct merging *m = arg;
	enum err e = ERR_OK;

	if (atomic_load(&m->work->stop))
		return ERR_STALE;
	turn_end();
	m->is_any = true;
	if (m->carts_len == PILE)
		e = join(m);
	if (e == ERR_OK)
		e = partial_append_shard(m->tally, m->shard, names, section,
		    &m->carts[m->carts_len]);
	m->carts_len += e == ERR_OK;
	return e;
}

/* Gives the carts of all sections. */
static enum err
take_carts(struct merging *m, struct columns *out)
{
	enum err e = join(m);

	if (e == ERR_OK)
		*out = m->carts[--m->carts_len];
	return e;
}

static enum err
on_common(struct span names, struct span section, void *arg)
{
	struct merging *m = arg;

	if (atomic_load(&m->work->stop))
		return ERR_STALE;
	turn_end();
	m->is_any = true;
	return partial_append_common(m->tally, names, section);
}

/* What the shard's borders elected, without and with the tail. */
static enum err
put_border_votes(const struct build *b, struct tally *t,
    const struct tally *tail, struct record *out)
{
	struct span votes;
	enum err e = build_votes(t, b->arena, &votes);

	if (e == ERR_OK)
		e = record_put(out, "votes", votes);
	if (e != ERR_OK || !tail)
		return e;
	e = tally_append(t, tail);
	if (e == ERR_OK)
		e = build_votes(t, b->arena, &votes);
	return e == ERR_OK ? record_put(out, "tail votes", votes) : e;
}

enum err
merge_shard(struct work *w, struct bulk *bulk)
{
	uint32_t count = (uint32_t)w->view->chunks_len;
	unsigned shard = w->task.index;
	struct merging lines = {
		.work = w, .tally = tally_new(NULL), .shard = shard
	};
	struct merging tail = {
		.work = w, .tally = tally_new(NULL), .shard = shard
	};
	struct arena arena;
	struct build b = { bulk, w->view, &arena, NULL, NULL };
	struct shard_carts carts = { 0 };
	const struct tally *rest = NULL;
	struct record reduced;
	enum err e = ERR_OK;

	arena_init(&arena);
	record_init(&reduced, &arena);
	if (!lines.tally || !tail.tally)
		e = ERR_NO_MEMORY;
	else if (shard >= SHARDS)
		e = ERR_CORRUPT;
	if (e == ERR_OK)
		e = partial_fetch(
		    bulk, w->task.job, count, (int)shard, on_shard, &lines);
	if (e == ERR_OK)
		e = partial_fetch_tail(
		    bulk, w->task.job, (int)shard, on_shard, &tail);
	turn_come_back();
	if (e == ERR_OK)
		e = work_open_base(w, &b);
	if (tail.is_any)
		rest = tail.tally;
	if (e == ERR_OK)
		e = build_border(&b, shard, 1, &lines.tally, rest);
	if (e == ERR_OK)
		e = take_carts(&lines, &carts.lines);
	if (e == ERR_OK)
		e = take_carts(&tail, &carts.tail);
	if (e == ERR_OK)
		e = build_carts(&b, shard, 1, &carts);
	if (e == ERR_OK)
		e = build_shards(&b, shard, 1, lines.tally, &carts, &reduced);
	if (e == ERR_OK)
		e = put_border_votes(&b, lines.tally, rest, &reduced);
	if (e == ERR_OK) {
		reduced_put(bulk, w->task.job, shard, &reduced);
		e = work_hand_in(w, bulk, TASK_COMMIT, 1);
	}
	build_carts_cleanup(&carts, 1);
	arena_reset(&arena);
	merging_cleanup(&lines);
	merging_cleanup(&tail);
	return e;
}

/* own  the votes within chunks
 * out  those and the borders', of the log with the tail */
static enum err
votes_with_tail(struct span own, const struct record *reduced, struct arena *a,
    struct span *out)
{
	struct tally *t = tally_new(NULL);
	enum err e = t ? votes_append(t, own) : ERR_NO_MEMORY;

	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++)
		e = votes_append(t, record_get(&reduced[i], "tail votes"));
	if (e == ERR_OK)
		e = build_votes(t, a, out);
	tally_free(t);
	return e;
}

/* t     what all partials have in common, and its votes
 * tail  NULL: there is none */
static enum err
commit(struct work *w, const struct build *b, struct tally *t,
    const struct tally *tail, const struct record *reduced)
{
	uint64_t tail_bytes = tail ? tally_summary(tail)->bytes : 0;
	struct record manifest, checkpoint, job;
	struct build_days known, days = { 0 };
	struct build_tail with = { .days = &days };
	struct span own, votes = { NULL, 0 };
	enum err e = build_votes(t, b->arena, &own);

	record_init(&manifest, b->arena);
	record_init(&checkpoint, b->arena);
	record_init(&job, b->arena);
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++)
		e = votes_append(t, record_get(&reduced[i], "votes"));
	if (e == ERR_OK)
		e = build_votes(t, b->arena, &votes);
	if (e == ERR_OK)
		e = build_on_base(b, t, tail, reduced, &known);
	if (e == ERR_OK)
		e = build_checkpoint(b, t, tail_bytes, votes, reduced, &known,
		    &checkpoint, &days, &w->why);
	if (e == ERR_OK && tail)
		e = tally_append(t, tail);
	if (e == ERR_OK && tail)
		e = votes_with_tail(own, reduced, b->arena, &with.votes);
	if (span_is_equal(with.votes, votes))
		with.votes = (struct span){ NULL, 0 };
	if (e == ERR_OK)
		e = build_manifest(b, t, tail ? &with : NULL, reduced,
		    &checkpoint, &manifest, &job);
	if (e != ERR_OK)
		return e;
	return work_commit(
	    w, b->bulk, &(struct generation){ &manifest, &checkpoint, &job });
}

enum err
merge_generation(struct work *w, struct bulk *bulk)
{
	uint32_t count = (uint32_t)w->view->chunks_len;
	struct merging lines = { .work = w, .tally = tally_new(NULL) };
	struct merging tail = { .work = w, .tally = tally_new(NULL) };
	struct record reduced[SHARDS];
	struct arena arena;
	struct build b = { bulk, w->view, &arena, NULL, NULL };
	enum err e = ERR_OK;

	arena_init(&arena);
	for (unsigned i = 0; i < SHARDS; i++)
		record_init(&reduced[i], &arena);
	if (!lines.tally || !tail.tally)
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = partial_fetch(bulk, w->task.job, count, PARTIAL_COMMON,
		    on_common, &lines);
	if (e == ERR_OK)
		e = partial_fetch_tail(
		    bulk, w->task.job, PARTIAL_COMMON, on_common, &tail);
	turn_come_back();
	if (e == ERR_OK)
		e = reduced_fetch(bulk, w->task.job, SHARDS, reduced);
	if (e == ERR_OK)
		e = work_open_base(w, &b);
	if (e == ERR_OK)
		e = commit(w, &b, lines.tally, tail.is_any ? tail.tally : NULL,
		    reduced);
	arena_reset(&arena);
	merging_cleanup(&lines);
	merging_cleanup(&tail);
	return e;
}
