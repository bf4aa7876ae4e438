/* An epoch is a counter that only grows. There are EPOCHS of them in the shared
 * mapping and as many of this worker's own: the first is that of the reports,
 * a user has one of the others, by id. Two users of one epoch only make each
 * other's sessions be read again. A stamp is the sum of all that a copy depends
 * on: it is the same as long as none of them has grown. */
#include "worker/store/copies.h"

#include "common/base/config.h"
#include "common/base/shared.h"
#include "worker/context.h"
#include "worker/store/tracking.h"

#include <stdlib.h>
#include <string.h>

enum { REPORTS_SLOT = 0 };

struct copies {
	const struct worker *worker;
	struct tracking *tracking; /* NULL: no copies are wanted */
	struct copy_table *sessions;
	struct token_tag_key key;
	char generation[COPIES_NAME_MAX];
	size_t generation_len;
	uint64_t generation_stamp;
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
		c->own[REPORTS_SLOT]++;
}

static void
on_lost(void *arg)
{
	struct copies *c = arg;

	c->era++;
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

void
copies_expect_session(const struct copies *c, struct span token)
{
	uint8_t tag[TOKEN_TAG_SIZE];

	if (c->tracking && token_tag(&c->key, token, tag))
		copy_table_expect(c->sessions, tag);
}

struct session_copy *
copies_find_session(struct copies *c, struct span token)
{
	uint8_t tag[TOKEN_TAG_SIZE];
	struct session_copy *found;

	if (!c->tracking || !tracking_is_alive(c->tracking))
		return NULL;
	if (!token_tag(&c->key, token, tag))
		return NULL;
	found = copy_table_find(c->sessions, tag);
	if (found && found->stamp == stamp_of(c, slot_of_user(found->user_id)))
		return found;
	return NULL;
}

void
copies_keep_session(
    struct copies *c, struct span token, const struct session_copy *session)
{
	uint8_t tag[TOKEN_TAG_SIZE];

	if (token_tag(&c->key, token, tag))
		copy_table_put(c->sessions, tag, session);
}

struct span
copies_find_generation(const struct copies *c)
{
	if (c->generation_len == 0 || !tracking_is_alive(c->tracking) ||
	    c->generation_stamp != stamp_of(c, REPORTS_SLOT))
		return span_of(NULL, 0);
	return span_of(c->generation, c->generation_len);
}

void
copies_keep_generation(struct copies *c, struct span name, uint64_t stamp)
{
	if (name.len > sizeof(c->generation))
		return;
	if (name.len)
		memcpy(c->generation, name.data, name.len);
	c->generation_len = name.len;
	c->generation_stamp = stamp;
}
