/* PATCH /user/{id} with a password: who has stolen a token does not get the
 * account by it, and who changes a password throws out everybody else.
 *
 *	service_password_change  read the user
 *	begin, ask               may a password be tried now?
 *	check                    the current password, on a pool thread, and the
 *	                         hash of the new one
 *	judge                    wrong: refused
 *	change                   both at once: the password, and the end of all
 *	                         other sessions
 *	changed                  answer
 */
#include "common/base/password.h"
#include "worker/context.h"
#include "worker/service/clock.h"
#include "worker/service/session.h"
#include "worker/service/throttle.h"
#include "worker/service/user.h"
#include "worker/store/accounts/user.h"

static req_step begin, ask, check, judge, refuse, changed;

struct change {
	struct throttle_try *try;
	struct password_cost cost;
	struct span current, password;
	bool is_right;
	struct user_owner owner;
	enum err hash_err;
	char hash[PASSWORD_HASH_SIZE];
};

enum req_state
service_password_change(struct req *r)
{
	const struct config *config = r->worker->setup->config;
	struct change *c = arena_alloc(&r->arena, sizeof(*c));

	if (!c)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = c;
	c->cost.passes = (uint64_t)config->password_passes;
	c->cost.memory_bytes = (uint64_t)config->password_memory;
	c->current = r->in.current_password;
	c->password = r->in.password;
	return store_user_owner(r, r->session.user_id, &c->owner, begin);
}

static enum req_state
begin(struct req *r)
{
	struct change *c = r->chain;

	/* Deleted since the session was looked up: its tokens are dead. */
	if (c->owner.id == 0)
		return req_fail(r, ERR_NO_SESSION);
	return throttle_begin(r, c->owner.login, &c->try, ask);
}

static enum req_state
ask(struct req *r)
{
	struct change *c = r->chain;

	return throttle_ask(r, c->try, check);
}

static void
check_and_hash(void *arg)
{
	struct change *c = arg;

	c->is_right =
	    password_is_right(c->owner.password_hash.data, c->current);
	throttle_judge(c->try, c->is_right);
	if (c->is_right)
		c->hash_err = password_hash(&c->cost, c->password, c->hash);
}

static enum req_state
check(struct req *r)
{
	struct change *c = r->chain;

	if (!throttle_allows(c->try))
		return throttle_refuse(r, c->try);
	return req_offload(r, check_and_hash, c, judge);
}

static enum req_state
refuse(struct req *r)
{
	req_field_error(r, "current_password", "Wrong password.");
	return req_fail(r, ERR_INVALID);
}

static enum req_state
change(struct req *r)
{
	struct change *c = r->chain;
	struct user_change names = {
		.first_name = r->in.first_name,
		.last_name = r->in.last_name,
		.now = clock_text(r),
	};
	struct user_password password = {
		.checked = c->owner.password_hash,
		.hash = c->hash,
		.digest = service_session_digest(r),
	};

	if (c->hash_err != ERR_OK)
		return req_fail(r, c->hash_err);
	if (!names.now.data)
		return req_fail(r, ERR_NO_MEMORY);
	return store_user_password(
	    r, r->session.user_id, &names, &password, &r->row.user, changed);
}

static enum req_state
judge(struct req *r)
{
	struct change *c = r->chain;

	return c->is_right ? change(r) : throttle_failed(r, c->try, refuse);
}

static enum req_state
changed(struct req *r)
{
	if (r->row.user.id == 0)
		return req_refuse(r, ERR_OVERLOAD,
		    "The account changed at this moment, try again");
	return req_done(r);
}
