#include "worker/ingest/follow_events.h"

/* Events of other files that count as one of the log. The kernel keeps 16384, and
 * forgets those that come when it has so many. */
enum { FOREIGN_MAX = 4096 };

void
follow_events_init(struct follow_events *e, uv_loop_t *loop,
    void (*on_change)(void *arg), void *arg)
{
	*e = (struct follow_events){
		.loop = loop, .on_change = on_change, .arg = arg
	};
}

void
follow_events_stop(struct follow_events *e)
{
	e->is_listening = false;
	for (size_t i = 0; i < FOLLOW_PLACES_MAX; i++)
		if (e->folders[i].is_open)
			uv_fs_event_stop(&e->folders[i].handle);
}

static void
on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
	struct follow_folder *folder = handle->data;
	struct follow_events *e = folder->all;

	(void)events;
	if (status == 0 && !follow_place_has(&folder->place, name) &&
	    ++e->foreign < FOREIGN_MAX)
		return;
	follow_events_stop(e);
	e->on_change(e->arg);
}

static bool
listen_at(struct follow_events *e, struct follow_folder *folder)
{
	if (!folder->is_open) {
		uv_fs_event_init(e->loop, &folder->handle);
		folder->handle.data = folder;
		folder->all = e;
		folder->is_open = true;
		e->open++;
	}
	return uv_fs_event_start(
		   &folder->handle, on_event, folder->place.folder, 0) == 0;
}

bool
follow_events_start(struct follow_events *e, const struct follow_places *places)
{
	bool is_everywhere = true;

	follow_events_stop(e);
	e->is_listening = true;
	e->foreign = 0;
	for (size_t i = 0; i < places->len; i++) {
		e->folders[i].place = places->places[i];
		if (!listen_at(e, &e->folders[i]))
			is_everywhere = false;
	}
	return is_everywhere;
}

static void
on_handle_closed(uv_handle_t *h)
{
	struct follow_events *e = ((struct follow_folder *)h->data)->all;

	if (--e->open == 0)
		e->on_closed(e->arg);
}

void
follow_events_close(struct follow_events *e, void (*on_closed)(void *arg))
{
	e->is_listening = false;
	e->on_closed = on_closed;
	for (size_t i = 0; i < FOLLOW_PLACES_MAX; i++)
		if (e->folders[i].is_open)
			uv_close((uv_handle_t *)&e->folders[i].handle,
			    on_handle_closed);
	if (e->open == 0)
		on_closed(e->arg);
}
