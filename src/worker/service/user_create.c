/* POST /user: a new user. Its login is unique, its id was never used before,
 * and it is there as a whole or not at all, whoever dies on the way.
 *
 *	service_user_create  is the login taken?
 *	owner_seen           by a user that exists, or one being made?
 *	hash                 the password, on a pool thread
 *	number, make         a user being made: unseen, and gone by itself
 *	claim                its login; from here on nobody else can have it
 *	claimed, reclaim     taken meanwhile, or by a user that is gone
 *	list                 its id
 *	activate             the user is there
 *	busy, undo           409, and what was made is unmade
 */
#include "common/base/password.h"
#include "worker/context.h"
#include "worker/service/clock.h"
#include "worker/service/user.h"
#include "worker/store/accounts/login.h"
#include "worker/store/accounts/user.h"

static req_step owner_found, owner_seen, hash, number, make, claim, claimed,
    rival_seen, reclaimed, list, activate, activated, busy;

struct creation {
	struct password_cost cost;
	struct span password;
	char hash[PASSWORD_HASH_SIZE];
	enum err hash_err;
	int64_t owner; /* who holds the login, 0: nobody */
	bool is_there; /* whether that user is, later whether ours is */
	bool is_ours;
	struct span undone;
};

enum req_state
service_user_create(struct req *r)
{
	const struct config *config = r->worker->setup->config;
	struct creation *c;

	if (!req_reserve_offload(r))
		return req_fail(r, ERR_OVERLOAD);
	c = arena_alloc(&r->arena, sizeof(*c));
	if (!c)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = c;
	c->cost.passes = (uint64_t)config->password_passes;
	c->cost.memory_bytes = (uint64_t)config->password_memory;
	c->password = r->in.password;
	r->row.user.login = r->in.login;
	r->row.user.first_name = r->in.first_name;
	r->row.user.last_name = r->in.last_name;
	return store_login_find(r, r->in.login, &c->owner, owner_found);
}

/* Asked before the costly hashing; what counts is asked again by claim(). */
static enum req_state
owner_found(struct req *r)
{
	struct creation *c = r->chain;

	if (c->owner == 0)
		return hash(r);
	return store_user_exists(r, c->owner, &c->is_there, owner_seen);
}

static enum req_state
owner_seen(struct req *r)
{
	struct creation *c = r->chain;

	if (c->is_there)
		return req_fail(r, ERR_LOGIN_BUSY);
	return hash(r);
}

static void
make_hash(void *arg)
{
	struct creation *c = arg;

	c->hash_err = password_hash(&c->cost, c->password, c->hash);
}

static enum req_state
hash(struct req *r)
{
	return req_offload(r, make_hash, r->chain, number);
}

static enum req_state
number(struct req *r)
{
	struct creation *c = r->chain;

	if (c->hash_err != ERR_OK)
		return req_fail(r, c->hash_err);
	r->row.user.password_hash = span_text(c->hash);
	return store_user_next_id(r, &r->row.user.id, make);
}

static enum req_state
make(struct req *r)
{
	return store_user_make(r, &r->row.user, claim);
}

static enum req_state
claim(struct req *r)
{
	struct creation *c = r->chain;

	return store_login_claim(
	    r, r->in.login, r->row.user.id, &c->owner, claimed);
}

static enum req_state
claimed(struct req *r)
{
	struct creation *c = r->chain;

	if (c->owner == 0)
		return list(r);
	return store_user_exists(r, c->owner, &c->is_there, rival_seen);
}

static enum req_state
undo(struct req *r)
{
	struct creation *c = r->chain;

	return store_user_delete(r, r->row.user.id, &c->undone, busy);
}

static enum req_state
rival_seen(struct req *r)
{
	struct creation *c = r->chain;

	if (c->is_there)
		return undo(r);
	return store_login_reclaim(
	    r, r->in.login, c->owner, r->row.user.id, &c->is_ours, reclaimed);
}

static enum req_state
reclaimed(struct req *r)
{
	struct creation *c = r->chain;

	return c->is_ours ? list(r) : undo(r);
}

static enum req_state
busy(struct req *r)
{
	return req_fail(r, ERR_LOGIN_BUSY);
}

static enum req_state
list(struct req *r)
{
	return store_user_list(r, r->row.user.id, activate);
}

static enum req_state
activate(struct req *r)
{
	struct creation *c = r->chain;
	struct span now = clock_text(r);

	if (!now.data)
		return req_fail(r, ERR_NO_MEMORY);
	r->row.user.created_at = r->row.user.update_at = now;
	return store_user_activate(
	    r, r->row.user.id, now, &c->is_there, activated);
}

/* Too slow: it was given up for dead, and the client may try again. */
static enum req_state
activated(struct req *r)
{
	struct creation *c = r->chain;

	return c->is_there ? req_done(r) : req_fail(r, ERR_STORE_DOWN);
}
