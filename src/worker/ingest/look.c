/* Whether a look has begun is said by the thread that does it, before it looks: who
 * has joined until then is not too late for it. */
#include "worker/ingest/look.h"

#include "worker/pool.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

struct look {
	struct pool_job pool_job;
	struct looks *looks; /* borrowed until it is over */
	struct plan_wish wish;
	atomic_bool has_begun;
	struct looker *first, **end; /* who wait, in the order they came */
	int refs;           /* its lookers; the pool until it is over */
	struct arena arena; /* of the plan */
	struct plan plan;
	enum err err;
	struct problem why;
};

void
look_release(struct look *k)
{
	if (!k)
		return;
	assert(k->refs > 0);
	if (--k->refs > 0)
		return;
	arena_reset(&k->arena);
	free(k);
}

static void
do_look(struct pool_job *job)
{
	struct look *k = (struct look *)job;

	atomic_store(&k->has_begun, true);
	k->err = plan_make(&k->wish, &k->arena, &k->plan, &k->why);
}

/* The looks may be gone with the last looker. */
static void
on_looked(struct pool_job *job)
{
	struct look *k = (struct look *)job;
	struct look **open = &k->looks->open[k->wish.is_full][k->wish.yields];
	struct looker *l = k->first, *next;

	if (*open == k)
		*open = NULL;
	for (; l; l = next) {
		next = l->next;
		l->fn(l);
	}
	look_release(k);
}

static struct look *
look_start(struct looks *s, bool is_full, bool yields, enum err *e)
{
	struct look *k = calloc(1, sizeof(*k));

	*e = ERR_NO_MEMORY;
	if (!k)
		return NULL;
	k->pool_job.work = do_look;
	k->pool_job.done = on_looked;
	k->looks = s;
	k->wish = (struct plan_wish){ s->setup, is_full, yields };
	k->end = &k->first;
	k->refs = 1;
	arena_init(&k->arena);
	*e = pool_start(s->pool, &k->pool_job);
	if (*e == ERR_OK)
		return k;
	look_release(k);
	return NULL;
}

enum err
look_join(struct looks *s, bool is_full, bool yields, struct looker *l,
    struct look **out)
{
	struct look *k = s->open[is_full][yields];
	enum err e = ERR_OK;

	if (!k || atomic_load(&k->has_begun)) {
		k = look_start(s, is_full, yields, &e);
		if (!k)
			return e;
		s->open[is_full][yields] = k;
	}
	l->next = NULL;
	*k->end = l;
	k->end = &l->next;
	k->refs++;
	*out = k;
	return ERR_OK;
}

enum err
look_err(const struct look *k, const char **words)
{
	*words = k->why.text;
	return k->err;
}

const struct plan *
look_plan(const struct look *k)
{
	return &k->plan;
}
