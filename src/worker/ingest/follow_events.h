#ifndef TRAWL_WORKER_INGEST_FOLLOW_EVENTS_H
#define TRAWL_WORKER_INGEST_FOLLOW_EVENTS_H

#include "worker/ingest/follow_places.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* Listens to the kernel where a log lies, until something happens to it. The kernel
 * tells of every write, which a busy log has 100,000 of a second, but one of them
 * is all that is to be known: the first ends the listening. Loop thread only. */
struct follow_events;

struct follow_folder {
	uv_fs_event_t handle;
	struct follow_events *all;
	struct follow_place place; /* its texts are borrowed */
	bool is_open;              /* the handle is the loop's */
};

struct follow_events {
	uv_loop_t *loop;
	void (*on_change)(void *arg);
	void (*on_closed)(void *arg);
	void *arg;
	bool is_listening;
	unsigned foreign; /* events of other files since it listens */
	size_t open;      /* handles that are the loop's */
	struct follow_folder folders[FOLLOW_PLACES_MAX];
};

/* on_change(arg)  something happened to the log, and it listens no more; from the
 *                 loop */
void follow_events_init(struct follow_events *e, uv_loop_t *loop,
    void (*on_change)(void *arg), void *arg);

/* Listens anew.
 *
 * places  borrowed until follow_events_stop()
 * Returns whether the kernel listens in all of them. */
bool follow_events_start(
    struct follow_events *e, const struct follow_places *places);

/* on_change is not called any more. One that does not listen is allowed. */
void follow_events_stop(struct follow_events *e);

/* on_closed(arg)  when the loop has let go of it: its memory is the caller's again;
 *                 possibly from inside */
void follow_events_close(struct follow_events *e, void (*on_closed)(void *arg));

#endif
