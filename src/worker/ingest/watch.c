/* A job that is watched has a list of those who watch it, and one read of its
 * record at a time. While they are told, the list is taken apart from the front,
 * so that whoever is called may stop or start any watch. */
#include "worker/ingest/watch.h"

#include "worker/store/jobs/job.h"
#include "worker/store/redis/redis.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

struct watched {
	struct watched *next;
	struct watches *all;
	int64_t job;
	struct watch *first;  /* those who watch */
	struct watch *untold; /* of them, who has not been told this time */
	bool is_reading;      /* Redis has job_read */
	bool is_to_be_reread; /* something happened meanwhile */
	bool is_telling;
	struct arena arena; /* of the record that is read */
};

struct watches {
	struct redis *redis;
	struct watched *first;
	uv_timer_t tick;
	bool is_closing;
	int refs; /* the timer, and each job that is watched */
};

static void look(struct watched *j);

static void
release(struct watches *all)
{
	assert(all->refs > 0);
	if (--all->refs == 0)
		free(all);
}

static void
link_in(struct watch **list, struct watch *w)
{
	w->next = *list;
	w->at = list;
	if (w->next)
		w->next->at = &w->next;
	*list = w;
}

void
watch_stop(struct watch *w)
{
	if (!w->at)
		return;
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	w->at = NULL;
}

/* Nobody watches it, nobody reads it: it goes. */
static void
drop_if_unwatched(struct watched *j)
{
	struct watched **at = &j->all->first;

	if (j->first || j->untold || j->is_reading || j->is_telling)
		return;
	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	release(j->all);
	arena_reset(&j->arena);
	free(j);
}

static void
tell(struct watched *j, enum err e, const struct record *record)
{
	struct watch *w;

	j->is_telling = true;
	j->untold = j->first;
	if (j->untold)
		j->untold->at = &j->untold;
	j->first = NULL;
	while ((w = j->untold)) {
		watch_stop(w);
		if (e != ERR_DRAINING)
			link_in(&j->first, w);
		w->fn(e, record, w->arg);
	}
	j->is_telling = false;
}

static void
on_read(enum err e, struct record *record, void *arg)
{
	struct watched *j = arg;

	j->is_reading = false;
	if (!j->all->is_closing)
		tell(j, e, e == ERR_OK ? record : NULL);
	if (j->is_to_be_reread && j->first && !j->all->is_closing)
		look(j);
	drop_if_unwatched(j);
}

static void
look(struct watched *j)
{
	j->is_to_be_reread = j->is_reading;
	if (j->is_reading)
		return;
	arena_reset(&j->arena);
	/* What cannot be sent now is sent at the next tick. */
	j->is_reading =
	    job_read(j->all->redis, j->job, &j->arena, on_read, j) == ERR_OK;
}

static void
on_tick(uv_timer_t *t)
{
	struct watches *all = t->data;

	for (struct watched *j = all->first; j; j = j->next)
		if (!j->is_reading)
			look(j);
}

struct watches *
watches_open(uv_loop_t *loop, struct redis *redis)
{
	struct watches *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->redis = redis;
	all->refs = 1;
	uv_timer_init(loop, &all->tick);
	all->tick.data = all;
	uv_timer_start(&all->tick, on_tick, WATCH_LOOK_MS, WATCH_LOOK_MS);
	return all;
}

static struct watched *
find(struct watches *all, int64_t job)
{
	struct watched *j = all->first;

	while (j && j->job != job)
		j = j->next;
	if (j)
		return j;
	j = calloc(1, sizeof(*j));
	if (!j)
		return NULL;
	j->all = all;
	j->job = job;
	arena_init(&j->arena);
	j->next = all->first;
	all->first = j;
	all->refs++;
	return j;
}

enum err
watch_start(
    struct watches *all, struct watch *w, int64_t job, watch_fn *fn, void *arg)
{
	struct watched *j = find(all, job);

	assert(!w->at);
	if (!j)
		return ERR_NO_MEMORY;
	w->fn = fn;
	w->arg = arg;
	link_in(&j->first, w);
	/* Who was told just now and goes on watching knows what there is. */
	if (!j->is_telling)
		look(j);
	return ERR_OK;
}

void
watches_job_is_over(struct watches *all, int64_t job)
{
	for (struct watched *j = all->first; j; j = j->next)
		if (job == 0 || j->job == job)
			look(j);
}

static void
on_closed(uv_handle_t *h)
{
	release(h->data);
}

void
watches_close(struct watches *all)
{
	struct watched *j, *next;

	if (!all || all->is_closing)
		return;
	all->is_closing = true;
	uv_close((uv_handle_t *)&all->tick, on_closed);
	for (j = all->first; j; j = next) {
		next = j->next;
		tell(j, ERR_DRAINING, NULL);
		drop_if_unwatched(j);
	}
}
