/* Pages of all users: ids from the sorted set `users`, then their hashes, which
 * lie in slots of their own, by as many commands at once. */
#include "worker/store/user_page.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/query.h"
#include "worker/store/user.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* The commands of one page under way; the request waits for the last one. */
struct batch {
	struct req *req;
	struct user_page *page;
	size_t pending;
	enum err err; /* the first failure */
};
struct member {
	struct batch *batch;
	size_t place; /* in page->users */
};

static enum err
decode_ids(struct req *r, const redisReply *reply, void *out)
{
	struct user_page *page = out;
	enum err err = ERR_OK;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements > page->limit)
		return ERR_CORRUPT;
	page->ids_len = reply->elements;
	page->ids =
	    arena_alloc(&r->arena, (page->ids_len + 1) * sizeof(page->ids[0]));
	if (!page->ids)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < page->ids_len && err == ERR_OK; i++)
		err = store_decode_number(r, reply->element[i], &page->ids[i]);
	return err;
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
unlist(struct req *r, int64_t id)
{
	enum err err = redis_sendf(r->worker->redis, on_unlisted, NULL,
	    r->worker->setup->config->redis_timeout_ms, "ZREM users %" PRId64,
	    id);

	(void)err;
}

/* Closes the gaps of those that do not exist; order stays. */
static void
pack(struct user_page *page)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->users_len; i++)
		if (page->users[i].id != 0)
			page->users[kept++] = page->users[i];
	page->users_len = kept;
}

static void
on_user(enum err err, const redisReply *reply, void *arg)
{
	struct member *m = arg;
	struct batch *b = m->batch;
	struct user *u = &b->page->users[m->place];

	if (err == ERR_OK)
		err = redis_reply_err(reply);
	if (err == ERR_OK)
		err = store_decode_user(b->req, reply, u);
	if (err == ERR_OK && u->id == 0 && !u->login.data)
		unlist(b->req, b->page->ids[m->place]);
	if (b->err == ERR_OK)
		b->err = err;
	if (--b->pending > 0)
		return;
	pack(b->page);
	req_resume(b->req, b->err);
}

static enum err
send_reads(struct req *r, struct batch *b, struct member *members)
{
	char key[32];
	const char *argv[] = { "HMGET", key, "login", "first_name", "last_name",
		"created_at", "update_at" };
	enum err err = ERR_OK;

	for (size_t i = 0; i < b->page->ids_len && err == ERR_OK; i++) {
		b->page->users[i].id = b->page->ids[i];
		members[i] = (struct member){ b, i };
		snprintf(
		    key, sizeof(key), "{user:%" PRId64 "}", b->page->ids[i]);
		err = redis_send(r->worker->redis, on_user, &members[i],
		    r->worker->setup->config->redis_timeout_ms, 7, argv, NULL);
		if (err == ERR_OK)
			b->pending++;
	}
	return err;
}

enum req_state
store_user_page_read(struct req *r, struct user_page *page, req_step *next)
{
	struct batch *b = arena_alloc(&r->arena, sizeof(*b));
	struct member *members =
	    arena_alloc(&r->arena, (page->ids_len + 1) * sizeof(members[0]));

	page->users = arena_alloc(
	    &r->arena, (page->ids_len + 1) * sizeof(page->users[0]));
	if (!b || !members || !page->users)
		return req_fail(r, ERR_NO_MEMORY);
	page->users_len = page->ids_len;
	*b = (struct batch){ .req = r, .page = page };
	b->err = send_reads(r, b, members);
	/* What has been sent is waited for, also when the rest could not be. */
	if (b->pending == 0)
		return req_fail(r, b->err);
	return req_wait(r, next);
}

enum req_state
store_user_page_ids(struct req *r, struct user_page *page, req_step *next)
{
	assert(page->limit <= USER_PAGE_MAX);
	return store_send(r, decode_ids, page, next,
	    "ZRANGE users (%" PRId64 " +inf BYSCORE LIMIT 0 %d", page->after,
	    (int)page->limit);
}
