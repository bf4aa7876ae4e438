#include "worker/store/copies/shown.h"

#include "common/base/shared.h"
#include "worker/context.h"

static struct shared_worker *
own(const struct worker *w)
{
	return &w->setup->shared->worker[w->setup->slot];
}

/* FNV-1a; 0 is no name. */
static uint64_t
hash_of(struct span name)
{
	uint64_t h = 0xcbf29ce484222325;

	if (name.len == 0)
		return 0;
	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.data[i]) * 0x100000001b3;
	return h ? h : 1;
}

/* Nobody runs where there is no pid. */
static uint64_t
shown_in(const struct shared_worker *slot)
{
	return atomic_load(&slot->pid) ? atomic_load(&slot->reports_shown) : 0;
}

void
shown_reset(const struct worker *w)
{
	shown_set(w, span_of(NULL, 0));
	atomic_store(&own(w)->reports_reads, 0);
}

void
shown_begin_read(const struct worker *w)
{
	atomic_fetch_add(&own(w)->reports_reads, 1);
}

void
shown_end_read(const struct worker *w)
{
	atomic_fetch_sub(&own(w)->reports_reads, 1);
}

void
shown_set(const struct worker *w, struct span name)
{
	atomic_store(&own(w)->reports_ready, hash_of(name));
	atomic_store(&own(w)->reports_shown, hash_of(name));
}

void
shown_doubt(const struct worker *w)
{
	atomic_store(&own(w)->reports_ready, 0);
}

void
shown_set_ready(const struct worker *w, struct span name)
{
	atomic_store(&own(w)->reports_ready, hash_of(name));
}

static bool
others_have(const struct worker *w, struct span name, bool if_ready)
{
	const struct shared *s = w->setup->shared;
	uint64_t hash = hash_of(name);

	for (uint32_t i = 0; i < s->workers; i++) {
		const struct shared_worker *slot = &s->worker[i];
		uint64_t shown = slot == own(w) ? 0 : shown_in(slot);

		if (shown && shown != hash &&
		    !(if_ready && atomic_load(&slot->reports_ready) == hash))
			return false;
	}
	return true;
}

bool
shown_by_others(const struct worker *w, struct span name)
{
	return others_have(w, name, false);
}

bool
shown_or_ready_by_others(const struct worker *w, struct span name)
{
	return others_have(w, name, true);
}

static bool
is_anybody_reading(const struct shared *s)
{
	for (uint32_t i = 0; i < s->workers; i++)
		if (atomic_load(&s->worker[i].pid) &&
		    atomic_load(&s->worker[i].reports_reads))
			return true;
	return false;
}

/* Readers first: one that reads an old name and ends is seen to show it. */
bool
shown_by_all(const struct worker *w, struct span name)
{
	bool is_reading = is_anybody_reading(w->setup->shared);
	uint64_t shown = atomic_load(&own(w)->reports_shown);

	return !is_reading && (shown == 0 || shown == hash_of(name)) &&
	       shown_by_others(w, name);
}

static _Atomic uint64_t *
told(const struct worker *w, struct span name)
{
	return &w->setup->shared->reports_told[hash_of(name) % REPORTS_TOLD];
}

bool
shown_is_told(const struct worker *w, struct span name)
{
	return name.len > 0 && atomic_load(told(w, name)) == hash_of(name);
}

void
shown_tell(const struct worker *w, struct span name)
{
	atomic_store(told(w, name), hash_of(name));
}
