/* An epoch is a counter that only grows. There are EPOCHS of them in the shared
 * mapping and as many of this worker's own: the first is that of the reports,
 * a user has one of the others, by id. Two users of one epoch only make each
 * other's sessions be read again. A stamp is the sum of all that a copy depends
 * on: it is the same as long as none of them has grown. */
#include "worker/store/copies/copies.h"

#include "common/base/config.h"
#include "common/base/shared.h"
#include "worker/context.h"
#include "worker/store/copies/shown.h"
#include "worker/store/copies/tracking.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { REPORTS_SLOT = 0 };

struct copies {
	const struct worker *worker;
	struct tracking *tracking; /* NULL: no copies are wanted */
	struct copy_table *sessions;
	struct token_tag_key key;
	char generation[COPIES_NAME_MAX];
	size_t generation_len;
	uint64_t generation_stamp;
	bool is_doubted;        /* the generation */
	uint64_t doubt_ends_ms; /* uv_now() */
	bool (*on_change)(void *arg);
	void *on_change_arg;
	uint64_t era;         /* moved on when everything is to be forgotten */
	uint64_t own[EPOCHS]; /* moved on when Redis tells of a change */
};

static size_t
slot_of_user(int64_t user_id)
{
	return 1 + (uint64_t)user_id % (EPOCHS - 1);
}

static uint64_t
stamp_of(const struct copies *c, size_t slot)
{
	struct shared *shared = c->worker->setup->shared;

	return atomic_load(&shared->epoch[slot]) + c->era + c->own[slot];
}

static bool
note(const struct copies *c, size_t slot, uint64_t *out)
{
	if (!c->tracking || !tracking_is_alive(c->tracking))
		return false;
	*out = stamp_of(c, slot);
	return true;
}

static struct span
kept_generation(const struct copies *c)
{
	return span_of(c->generation, c->generation_len);
}

static void
forget_generation(struct copies *c)
{
	c->generation_len = 0;
	c->is_doubted = false;
	shown_set(c->worker, span_of(NULL, 0));
}

/* Of a generation that was good until now. It stays so for a while, unless
 * anything but this change makes it stale. */
static void
doubt_or_forget(struct copies *c, bool was_good)
{
	if (!was_good || c->is_doubted || !c->on_change) {
		forget_generation(c);
		return;
	}
	c->generation_stamp++;
	c->is_doubted = true;
	c->doubt_ends_ms = uv_now(c->worker->loop) + DOUBT_MS;
	shown_doubt(c->worker);
	if (!c->on_change(c->on_change_arg))
		forget_generation(c);
}

static void
on_reports_changed(struct copies *c)
{
	bool was_good = copies_find_generation(c).len > 0;

	c->own[REPORTS_SLOT]++;
	doubt_or_forget(c, was_good);
}

/* "{user:42}:session:..." is of user 42, all else is of the log. */
static void
on_changed(struct span key, void *arg)
{
	static const char user[] = "{user:";
	struct copies *c = arg;
	size_t len = sizeof(user) - 1;
	const char *end = key.len ? memchr(key.data, '}', key.len) : NULL;
	uint64_t id;

	if (end && key.len > len && memcmp(key.data, user, len) == 0 &&
	    span_to_u64(
		span_of(key.data + len, (size_t)(end - key.data) - len), &id))
		c->own[slot_of_user((int64_t)id)]++;
	else
		on_reports_changed(c);
}

static void
on_lost(void *arg)
{
	struct copies *c = arg;

	c->era++;
	forget_generation(c);
}

struct copies *
copies_open(struct worker *w)
{
	const struct config *config = w->setup->config;
	struct copies *c = calloc(1, sizeof(*c));
	const struct tracking_hooks hooks = {
		.changed = on_changed, .lost = on_lost, .arg = c
	};

	if (!c)
		return NULL;
	c->worker = w;
	shown_reset(w);
	if (config->local_copies == 0)
		return c;
	token_tag_key_new(&c->key);
	c->sessions = copy_table_new((size_t)config->local_copies);
	if (c->sessions)
		c->tracking =
		    tracking_open(w->loop, &w->setup->redis, w->redis, &hooks);
	if (!c->tracking) {
		copies_close(c);
		return NULL;
	}
	return c;
}

void
copies_close(struct copies *c)
{
	if (!c)
		return;
	tracking_close(c->tracking);
	forget_generation(c);
	copy_table_free(c->sessions);
	free(c);
}

void
copies_revoke_user(struct worker *w, int64_t user_id)
{
	atomic_fetch_add(&w->setup->shared->epoch[slot_of_user(user_id)], 1);
}

void
copies_revoke_reports(struct worker *w)
{
	atomic_fetch_add(&w->setup->shared->epoch[REPORTS_SLOT], 1);
}

bool
copies_note_user(const struct copies *c, int64_t user_id, uint64_t *out)
{
	return note(c, slot_of_user(user_id), out);
}

bool
copies_note_reports(const struct copies *c, uint64_t *out)
{
	return note(c, REPORTS_SLOT, out);
}

bool
copies_tag(
    const struct copies *c, struct span token, uint8_t tag[TOKEN_TAG_SIZE])
{
	if (!c->tracking || !token_tag(&c->key, token, tag))
		return false;
	copy_table_prefetch(c->sessions, tag);
	return true;
}

struct session_copy *
copies_find_session(struct copies *c, const uint8_t tag[TOKEN_TAG_SIZE])
{
	struct session_copy *found;

	if (!tracking_is_alive(c->tracking))
		return NULL;
	found = copy_table_find(c->sessions, tag);
	if (found && found->stamp == stamp_of(c, slot_of_user(found->user_id)))
		return found;
	return NULL;
}

void
copies_keep_session(struct copies *c, const uint8_t tag[TOKEN_TAG_SIZE],
    const struct session_copy *session)
{
	copy_table_put(c->sessions, tag, session);
}

static bool
is_generation_good(const struct copies *c)
{
	return c->generation_len > 0 && tracking_is_alive(c->tracking) &&
	       c->generation_stamp == stamp_of(c, REPORTS_SLOT);
}

static bool
may_go_on(const struct copies *c)
{
	return uv_now(c->worker->loop) < c->doubt_ends_ms &&
	       shown_by_others(c->worker, kept_generation(c));
}

struct span
copies_find_generation(const struct copies *c)
{
	if (!is_generation_good(c) || (c->is_doubted && !may_go_on(c)))
		return span_of(NULL, 0);
	return kept_generation(c);
}

void
copies_keep_generation(struct copies *c, struct span name, uint64_t stamp)
{
	if (name.len == 0 || name.len > sizeof(c->generation) ||
	    stamp != stamp_of(c, REPORTS_SLOT)) {
		if (!span_is_equal(name, kept_generation(c)))
			forget_generation(c);
		return;
	}
	memmove(c->generation, name.data, name.len);
	c->generation_len = name.len;
	c->generation_stamp = stamp;
	c->is_doubted = false;
	shown_set(c->worker, name);
}

void
copies_on_change(struct copies *c, bool (*fn)(void *arg), void *arg)
{
	c->on_change = fn;
	c->on_change_arg = arg;
}

bool
copies_is_in_doubt(const struct copies *c)
{
	return c->is_doubted && copies_find_generation(c).len > 0;
}

bool
copies_is_doubt_overdue(const struct copies *c)
{
	return c->is_doubted && is_generation_good(c) && !may_go_on(c);
}

void
copies_end_doubt(struct copies *c)
{
	if (c->is_doubted)
		forget_generation(c);
}
