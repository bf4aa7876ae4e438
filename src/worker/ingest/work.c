/* What the kinds of tasks have in common: where they begin from, and how their
 * results get to Redis. */
#include "worker/ingest/work.h"

#include "common/base/clock.h"
#include "worker/ingest/base.h"
#include "worker/store/jobs/generation.h"

#include <inttypes.h>
#include <stdio.h>

static void
free_reader(void *arg)
{
	bulk_free(arg);
}

enum err
work_open_base(struct work *w, struct build *b)
{
	if (b->job->base.len == 0)
		return ERR_OK;
	b->reader = bulk_new(&w->setup->redis, &w->stop, BULK_PATIENCE_MS);
	if (!b->reader)
		return ERR_NO_MEMORY;
	if (arena_on_reset(b->arena, free_reader, b->reader) != 0) {
		bulk_free(b->reader);
		return ERR_NO_MEMORY;
	}
	return base_open(b->reader, b->job, b->arena, &b->base);
}

void
work_report(struct work *w)
{
	snprintf(w->report, sizeof(w->report),
	    "%s %" PRId64 " ms delivery %" PRId64, w->worker,
	    clock_ms() - w->started_ms, w->task.deliveries);
}

enum err
work_hand_in(
    struct work *w, struct bulk *b, enum task_kind next, uint32_t next_tasks)
{
	const struct task_result result = { .worker = w->report,
		.bytes = w->bytes,
		.lines = w->lines,
		.next_kind = next,
		.next_tasks = next_tasks };

	work_report(w);
	task_put_done(b, &w->task, &result);
	return bulk_run_at_once(b);
}

enum err
work_commit(struct work *w, struct bulk *b, const struct generation *g)
{
	work_report(w);
	return generation_commit(
	    b, &w->task, w->report, (uint32_t)w->view->chunks_len, g);
}
