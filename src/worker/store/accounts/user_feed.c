/* Blocks in a list, oldest first:
 *
 *	fetch_ids   a block more: its ids are asked for
 *	on_ids      they are known
 *	send_reads  a few blocks beyond what was taken: a command a user
 *	on_user     the last one: the block is whole
 *	hand_over   to who waits for it
 *
 * The ids of the block that follows are asked for before the users of one: they are
 * there first, and Redis finds its next commands when it has done these. */
#include "worker/store/accounts/user_feed.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/accounts/user.h"
#include "worker/store/redis/query.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* Blocks read beyond what was taken: with one Redis would wait for who takes. All
 * their commands together have to fit into the queue (redis_queue_limit), beside
 * others'. */
enum { AHEAD = 2 };

struct block;
struct member {
	struct block *block;
	size_t place; /* in shown.users */
};

struct block {
	struct block *next;
	struct user_feed *feed;
	struct arena arena; /* all that follows */
	struct user_block shown;
	size_t limit; /* of ids_len */
	int64_t *ids;
	size_t ids_len;
	size_t pending; /* its users that have not come */
	enum err err;   /* the first failure */
	bool has_ids, is_sent;
};

struct user_feed {
	struct worker *worker;
	struct block *first, *last; /* not yet taken */
	struct block *taken;        /* newest first */
	int64_t after;              /* ids above this one are not in a block */
	size_t limit;
	size_t pending;  /* commands that Redis has not answered */
	struct req *req; /* who waits for `first` */
	bool is_ahead, is_end, is_closed;
};

static void advance(struct user_feed *f);

static void
free_blocks(struct block *b)
{
	struct block *next;

	for (; b; b = next) {
		next = b->next;
		arena_reset(&b->arena);
		free(b);
	}
}

struct user_feed *
user_feed_open(struct worker *w, int64_t after, bool is_ahead)
{
	struct user_feed *f = calloc(1, sizeof(*f));

	if (f)
		*f = (struct user_feed){
			.worker = w, .after = after, .is_ahead = is_ahead
		};
	return f;
}

void
user_feed_close(struct user_feed *f)
{
	if (!f)
		return;
	assert(!f->req);
	f->is_closed = true;
	if (f->pending > 0)
		return;
	free_blocks(f->taken);
	free_blocks(f->first);
	free(f);
}

/* A command is answered. False: it was for nobody. */
static bool
is_wanted(struct user_feed *f)
{
	f->pending--;
	if (f->is_closed)
		user_feed_close(f);
	else
		return true;
	return false;
}

static int64_t
deadline_ms(const struct user_feed *f)
{
	return f->worker->setup->config->redis_timeout_ms;
}

static void
note(struct block *b, enum err err)
{
	if (b->err == ERR_OK)
		b->err = err;
}

static enum err
decode_ids(struct block *b, const redisReply *reply)
{
	enum err err = reply_err(reply);

	if (err != ERR_OK)
		return err;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements > b->limit)
		return ERR_CORRUPT;
	b->ids = arena_alloc(&b->arena, reply->elements * sizeof(b->ids[0]));
	b->shown.users =
	    arena_alloc(&b->arena, reply->elements * sizeof(b->shown.users[0]));
	if (!b->ids || !b->shown.users)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < reply->elements && err == ERR_OK; i++)
		err = store_decode_number(NULL, reply->element[i], &b->ids[i]);
	if (err == ERR_OK)
		b->ids_len = reply->elements;
	return err;
}

/* What is no whole block of ids is the last one. */
static void
know_ids(struct block *b)
{
	struct user_feed *f = b->feed;

	b->has_ids = true;
	f->is_end = b->shown.is_last = b->ids_len < b->limit;
	if (b->ids_len > 0)
		f->after = b->ids[b->ids_len - 1];
}

static void
on_ids(enum err err, const redisReply *reply, void *arg)
{
	struct block *b = arg;

	if (!is_wanted(b->feed))
		return;
	note(b, err == ERR_OK ? decode_ids(b, reply) : err);
	know_ids(b);
	advance(b->feed);
}

/* What cannot be sent is a block with an error. */
static enum err
fetch_ids(struct user_feed *f)
{
	struct block *b = calloc(1, sizeof(*b));

	if (!b)
		return ERR_NO_MEMORY;
	b->feed = f;
	b->limit = f->limit;
	if (f->first)
		f->last->next = b;
	else
		f->first = b;
	f->last = b;
	b->err = redis_sendf(f->worker->redis, on_ids, b, deadline_ms(f),
	    "ZRANGE users (%" PRId64 " +inf BYSCORE LIMIT 0 %d", f->after,
	    (int)b->limit);
	if (b->err == ERR_OK)
		f->pending++;
	else
		know_ids(b);
	return ERR_OK;
}

static void
on_unlisted(enum err err, const redisReply *reply, void *arg)
{
	/* Whatever became of it: the next reader of the list tries again. */
	(void)err;
	(void)reply;
	(void)arg;
}

/* The user is gone for good, its deleter died before it came to this. */
static void
unlist(struct user_feed *f, int64_t id)
{
	enum err err = redis_sendf(f->worker->redis, on_unlisted, NULL,
	    deadline_ms(f), "ZREM users %" PRId64, id);

	(void)err;
}

/* Closes the gaps of those that do not exist; order stays. */
static void
pack(struct user_block *shown)
{
	size_t kept = 0;

	for (size_t i = 0; i < shown->users_len; i++)
		if (shown->users[i].id != 0)
			shown->users[kept++] = shown->users[i];
	shown->users_len = kept;
}

static void
on_user(enum err err, const redisReply *reply, void *arg)
{
	struct member *m = arg;
	struct block *b = m->block;
	struct user *u = &b->shown.users[m->place];

	if (!is_wanted(b->feed))
		return;
	if (err == ERR_OK)
		err = reply_err(reply);
	if (err == ERR_OK)
		err = store_user_decode(&b->arena, reply, u);
	if (err == ERR_OK && u->id == 0 && !u->login.data)
		unlist(b->feed, b->ids[m->place]);
	note(b, err);
	if (--b->pending > 0)
		return;
	pack(&b->shown);
	advance(b->feed);
}

/* "{user:42}". Returns its length. */
static size_t
put_key(char out[32], int64_t id)
{
	enum { LEAD = sizeof("{user:") - 1 };
	char room[SPAN_U64_ROOM];
	struct span digits = span_of_u64((uint64_t)id, room);

	memcpy(out, "{user:", LEAD);
	memcpy(out + LEAD, digits.data, digits.len);
	out[LEAD + digits.len] = '}';
	return LEAD + digits.len + 1;
}

/* What has been sent is waited for, also when the rest could not be. */
static void
send_reads(struct block *b)
{
	struct user_feed *f = b->feed;
	char key[32];
	const char *argv[] = { "HMGET", key, "login", "first_name", "last_name",
		"created_at", "update_at" };
	size_t lens[] = { 5, 0, 5, 10, 9, 10, 9 };
	struct member *members =
	    arena_alloc(&b->arena, b->ids_len * sizeof(members[0]));

	b->is_sent = true;
	if (!members)
		note(b, ERR_NO_MEMORY);
	for (size_t i = 0; i < b->ids_len && b->err == ERR_OK; i++) {
		b->shown.users[i].id = b->ids[i];
		members[i] = (struct member){ b, i };
		lens[1] = put_key(key, b->ids[i]);
		b->err = redis_send(f->worker->redis, on_user, &members[i],
		    deadline_ms(f), 7, argv, lens);
		if (b->err == ERR_OK) {
			b->shown.users_len++;
			b->pending++;
			f->pending++;
		}
	}
}

static bool
is_whole(const struct block *b)
{
	return b && b->is_sent && b->pending == 0;
}

/* Sends what may be sent now. */
static void
read_on(struct user_feed *f)
{
	struct block *b = f->first;

	for (int i = 0; i < (f->is_ahead ? AHEAD : 1); i++, b = b->next) {
		if (!b || !b->has_ids)
			return;
		if (b->is_sent)
			continue;
		/* Without memory for it who takes it will ask again. */
		if (f->is_ahead && !f->is_end && b == f->last)
			(void)fetch_ids(f);
		send_reads(b);
	}
}

static enum err
take_first(struct user_feed *f)
{
	struct block *b = f->first;

	f->first = b->next;
	b->next = f->taken;
	f->taken = b;
	if (f->is_ahead)
		read_on(f);
	return b->err;
}

/* The feed may be closed when it returns. */
static void
advance(struct user_feed *f)
{
	struct req *r = f->req;

	read_on(f);
	if (!r || !is_whole(f->first))
		return;
	f->req = NULL;
	req_resume(r, take_first(f));
}

enum req_state
user_feed_take(struct req *r, struct user_feed *f, size_t limit, req_step *next)
{
	enum err err = ERR_OK;

	assert(limit > 0 && limit <= USER_BLOCK_MAX && !f->req);
	f->limit = limit;
	if (!f->first)
		err = fetch_ids(f);
	if (err == ERR_OK)
		read_on(f);
	if (err == ERR_OK && !is_whole(f->first)) {
		f->req = r;
		return req_wait(r, next);
	}
	if (err == ERR_OK)
		err = take_first(f);
	return err == ERR_OK ? next(r) : req_fail(r, err);
}

const struct user_block *
user_feed_taken(const struct user_feed *f)
{
	return &f->taken->shown;
}

void
user_feed_forget(struct user_feed *f)
{
	free_blocks(f->taken);
	f->taken = NULL;
}
