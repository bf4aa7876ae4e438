/* One stretch a thread and not many small ones: every tally that is appended
 * costs its distinct addresses and carts once more. */
#include "master/reading.h"

#include "common/shoplog/chunk.h"
#include "common/shoplog/tally/tally_columns.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	STRETCH_MIN = 1 << 20, /* bytes that are worth a thread */
	PROGRESS_MS = 200,
};

/* What the threads share. */
struct work {
	const struct source *source;   /* borrowed */
	const struct reading_ask *ask; /* borrowed */
	struct chunk *chunks;
	size_t chunks_len;
	uint64_t stretch; /* bytes of a thread's share */
	_Atomic uint64_t done;
	_Atomic int stop;
	struct tally **parts; /* of the stretches, in order */
	unsigned parts_len;
	struct columns *carts;  /* [SHARDS] */
	_Atomic unsigned shard; /* the next one that nobody has */
};

struct reading_thread {
	struct work *work;
	size_t from, to; /* chunks */
	struct tally *tally;
	pthread_t thread;
	enum err err;
	struct problem why;
};

static void *
read_stretch(void *arg)
{
	struct reading_thread *r = arg;
	struct work *work = r->work;

	for (size_t i = r->from; i < r->to && r->err == ERR_OK; i++)
		r->err = chunk_tally(work->source, &work->chunks[i], r->tally,
		    NULL, &work->done, &work->stop, &r->why);
	if (r->err != ERR_OK)
		atomic_store(&work->stop, 1);
	return NULL;
}

static void *
take_shards(void *arg)
{
	struct reading_thread *r = arg;
	struct work *work = r->work;
	unsigned shard;

	while (r->err == ERR_OK &&
	       (shard = atomic_fetch_add(&work->shard, 1)) < SHARDS)
		r->err = tally_take_columns(
		    work->parts, work->parts_len, shard, &work->carts[shard]);
	return NULL;
}

/* Gives every stretch the chunks that begin in it. */
static void
share_out(struct work *work, struct reading_thread *readers, unsigned len)
{
	uint64_t offset = 0; /* in the log, of the next chunk */
	size_t at = 0;

	for (unsigned i = 0; i < len; i++) {
		readers[i].work = work;
		readers[i].from = at;
		for (; at < work->chunks_len && offset / work->stretch <= i;
		     at++)
			offset += work->chunks[at].to - work->chunks[at].from;
		readers[i].to = at;
	}
}

/* The clock may be set meanwhile: then one line of progress comes early or late. */
static void
join(struct reading_thread *r, struct progress *progress)
{
	struct timespec until;

	do {
		progress_show(progress, r->work->done);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
	} while (pthread_timedjoin_np(r->thread, NULL, &until) == ETIMEDOUT);
}

/* Runs all threads to their end, whatever becomes of one of them. Returns the
 * first error in the order of the log; a thread that was told to stop has none of
 * its own. */
static enum err
run(struct reading_thread *readers, unsigned len, void *(*work)(void *),
    struct progress *progress, struct problem *why)
{
	unsigned started = 0;

	for (; started < len; started++) {
		struct reading_thread *r = &readers[started];

		if (pthread_create(&r->thread, NULL, work, r) == 0)
			continue;
		r->err = ERR_NO_MEMORY;
		atomic_store(&r->work->stop, 1);
		break;
	}
	for (unsigned i = 0; i < started; i++)
		join(&readers[i], progress);
	for (unsigned i = 0; i < len; i++) {
		if (readers[i].err == ERR_OK || readers[i].err == ERR_STALE)
			continue;
		*why = readers[i].why;
		return readers[i].err;
	}
	return ERR_OK;
}

static bool
is_there(const struct work *work, struct span category)
{
	for (unsigned i = 0; i < work->parts_len; i++)
		if (tally_has_category(work->parts[i], category))
			return true;
	return false;
}

/* The categories whose counts are joined; NULL: all. */
static const struct tally_wanted *
wanted_of(const struct work *work)
{
	const struct tally_wanted *wanted = &work->ask->wanted;
	bool any = !work->ask->is_fallback_all;

	for (size_t i = 0; i < wanted->len; i++)
		any = any || is_there(work, wanted->categories[i]);
	return any ? wanted : NULL;
}

static enum err
read_all(struct work *work, struct reading_thread *readers,
    const struct geo *geo, struct progress *progress, struct problem *why)
{
	unsigned len = work->parts_len;
	enum err e;

	share_out(work, readers, len);
	for (unsigned i = 0; i < len; i++) {
		work->parts[i] = readers[i].tally = tally_new(geo);
		if (!work->parts[i])
			return ERR_NO_MEMORY;
	}
	e = run(readers, len, read_stretch, progress, why);
	if (e == ERR_OK)
		e = tally_conclude(work->parts, len, wanted_of(work));
	return e == ERR_OK ? run(readers, len, take_shards, progress, why) : e;
}

void
reading_cleanup(struct reading *r)
{
	tally_free(r->tally);
	for (unsigned i = 0; i < SHARDS; i++)
		columns_cleanup(&r->carts[i]);
	*r = (struct reading){ 0 };
}

enum err
reading_run(const struct source *source, const struct geo *geo,
    unsigned threads, const struct reading_ask *ask, struct progress *progress,
    struct reading *out, struct problem *why)
{
	struct work work = {
		.source = source, .ask = ask, .carts = out->carts
	};
	struct reading_thread *readers;
	enum err e;

	*out = (struct reading){ 0 };
	work.stretch = source->bytes / threads + 1;
	if (work.stretch < STRETCH_MIN)
		work.stretch = STRETCH_MIN;
	work.parts_len = (unsigned)(source->bytes / work.stretch) + 1;
	e = chunk_split(source, work.stretch, &work.chunks, &work.chunks_len);
	if (e != ERR_OK)
		return e;
	readers = calloc(work.parts_len, sizeof(*readers));
	work.parts = calloc(work.parts_len, sizeof(*work.parts));
	e = readers && work.parts ? read_all(&work, readers, geo, progress, why)
				  : ERR_NO_MEMORY;
	progress_end(progress);
	if (work.parts) {
		out->tally = work.parts[0];
		for (unsigned i = 1; i < work.parts_len; i++)
			tally_free(work.parts[i]);
	}
	if (e != ERR_OK)
		reading_cleanup(out);
	free(work.parts);
	free(readers);
	free(work.chunks);
	return e;
}
