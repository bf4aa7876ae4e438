/* One stretch a thread and not many small ones: every tally that is appended
 * costs its distinct addresses and carts once more. */
#include "master/reading.h"

#include "common/shoplog/chunk.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	STRETCH_MIN = 1 << 20, /* bytes that are worth a thread */
	PROGRESS_MS = 200,
};

struct reading {
	const struct source *source; /* borrowed */
	struct chunk *chunks;
	size_t chunks_len;
	uint64_t stretch; /* bytes of a thread's share */
	_Atomic uint64_t done;
	_Atomic int stop;
};

struct stretch {
	struct reading *reading;
	size_t from, to; /* chunks */
	struct tally *tally;
	pthread_t thread;
	enum err err;
	struct problem why;
};

static void *
read_stretch(void *arg)
{
	struct stretch *s = arg;
	struct reading *r = s->reading;

	for (size_t i = s->from; i < s->to && s->err == ERR_OK; i++)
		s->err = chunk_tally(r->source, &r->chunks[i], s->tally, NULL,
		    &r->done, &r->stop, &s->why);
	if (s->err != ERR_OK)
		atomic_store(&r->stop, 1);
	return NULL;
}

/* Gives every stretch the chunks that begin in it. */
static void
share_out(struct reading *r, struct stretch *stretches, unsigned len)
{
	uint64_t offset = 0; /* in the log, of the next chunk */
	size_t at = 0;

	for (unsigned i = 0; i < len; i++) {
		stretches[i].reading = r;
		stretches[i].from = at;
		for (; at < r->chunks_len && offset / r->stretch <= i; at++)
			offset += r->chunks[at].to - r->chunks[at].from;
		stretches[i].to = at;
	}
}

/* The clock may be set meanwhile: then one line of progress comes early or late. */
static void
join(struct stretch *s, struct progress *progress)
{
	struct timespec until;

	do {
		progress_show(progress, s->reading->done);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
	} while (pthread_timedjoin_np(s->thread, NULL, &until) == ETIMEDOUT);
}

/* Runs all threads to their end, whatever becomes of one of them. */
static void
run(struct stretch *stretches, unsigned len, const struct geo *geo,
    struct progress *progress)
{
	unsigned started = 0;

	for (; started < len; started++) {
		struct stretch *s = &stretches[started];

		s->tally = tally_new(geo);
		if (!s->tally ||
		    pthread_create(&s->thread, NULL, read_stretch, s) != 0) {
			s->err = ERR_NO_MEMORY;
			atomic_store(&s->reading->stop, 1);
			break;
		}
	}
	for (unsigned i = 0; i < started; i++)
		join(&stretches[i], progress);
}

/* The first error in the order of the log; one that was told to stop has none
 * of its own. */
static enum err
first_error(const struct stretch *stretches, unsigned len, struct problem *why)
{
	for (unsigned i = 0; i < len; i++) {
		if (stretches[i].err == ERR_OK || stretches[i].err == ERR_STALE)
			continue;
		*why = stretches[i].why;
		return stretches[i].err;
	}
	return ERR_OK;
}

static enum err
append_all(struct stretch *stretches, unsigned len, struct tally **out)
{
	enum err e = ERR_OK;

	for (unsigned i = 1; i < len && e == ERR_OK; i++) {
		e = tally_append(stretches[0].tally, stretches[i].tally);
		tally_free(stretches[i].tally);
		stretches[i].tally = NULL;
	}
	if (e == ERR_OK) {
		*out = stretches[0].tally;
		stretches[0].tally = NULL;
	}
	return e;
}

enum err
reading_run(const struct source *source, const struct geo *geo,
    unsigned threads, struct progress *progress, struct tally **out,
    struct problem *why)
{
	struct reading r = { .source = source };
	struct stretch *stretches;
	unsigned len;
	enum err e;

	r.stretch = source->bytes / threads + 1;
	if (r.stretch < STRETCH_MIN)
		r.stretch = STRETCH_MIN;
	len = (unsigned)(source->bytes / r.stretch) + 1;
	e = chunk_split(source, r.stretch, &r.chunks, &r.chunks_len);
	if (e != ERR_OK)
		return e;
	stretches = calloc(len, sizeof(*stretches));
	if (!stretches) {
		free(r.chunks);
		return ERR_NO_MEMORY;
	}
	share_out(&r, stretches, len);
	run(stretches, len, geo, progress);
	e = first_error(stretches, len, why);
	if (e == ERR_OK)
		e = append_all(stretches, len, out);
	progress_end(progress);
	for (unsigned i = 0; i < len; i++)
		tally_free(stretches[i].tally);
	free(stretches);
	free(r.chunks);
	return e;
}
