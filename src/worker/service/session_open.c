/* POST /user/auth: login and password in, session token out.
 *
 *	service_login  not without a place on the pool; whose login is it?
 *	find_user      that user; nobody's login: a user that never was. And may it
 *	               be tried now?
 *	check          the password, on a pool thread; nobody's: against a dummy
 *	judge          wrong: refused
 *	open_session   under a new token; the place is known from now on
 *	opened         answer
 *
 * An unknown login takes the same steps and the same time as a wrong password,
 * and is answered in the same words. */
#include "common/base/password.h"
#include "worker/context.h"
#include "worker/service/clock.h"
#include "worker/service/session.h"
#include "worker/service/throttle.h"
#include "worker/store/accounts/login.h"
#include "worker/store/accounts/session.h"
#include "worker/store/accounts/user.h"

#include <inttypes.h>

static req_step find_user, check, judge, refuse, opened;

enum { AGENT_MAX = 255 }; /* bytes of User-Agent that are kept */

struct attempt {
	struct throttle_try *try;
	struct password_cost cost;
	struct span password;
	int64_t user_id;
	struct user_owner owner;
	const char *hash;
	bool is_right;
	char renewed[PASSWORD_HASH_SIZE]; /* empty: the hash is good enough */
	struct session session;
	bool is_open;
};

enum req_state
service_login(struct req *r)
{
	const struct config *config = r->worker->setup->config;
	struct attempt *a;

	if (!req_reserve_offload(r))
		return req_fail(r, ERR_OVERLOAD);
	a = arena_alloc(&r->arena, sizeof(*a));
	if (!a)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = a;
	a->cost.passes = (uint64_t)config->password_passes;
	a->cost.memory_bytes = (uint64_t)config->password_memory;
	a->password = r->in.password;
	if (throttle_begin(r, r->in.login, &a->try, NULL) == REQ_DONE)
		return REQ_DONE;
	return store_login_find(r, r->in.login, &a->user_id, find_user);
}

/* Ids begin at 1: user 0 is read and not found, like one that is gone. */
static enum req_state
find_user(struct req *r)
{
	struct attempt *a = r->chain;

	if (throttle_ask(r, a->try, NULL) == REQ_DONE)
		return REQ_DONE;
	return store_user_owner(r, a->user_id, &a->owner, check);
}

/* A well-formed hash that no password has, of the cost that real ones have. */
static const char *
dummy_hash(struct req *r, const struct password_cost *cost)
{
	return arena_printf(&r->arena,
	    "$argon2id$v=19$m=%" PRIu64 ",t=%" PRIu64
	    ",p=1$bm9ib2R5J3Mgc2FsdCEhIQ"
	    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    cost->memory_bytes / 1024, cost->passes);
}

static void
check_password(void *arg)
{
	struct attempt *a = arg;

	a->is_right = password_is_right(a->hash, a->password);
	throttle_judge(a->try, a->is_right);
	if (!password_hash_is_cheap(a->hash, &a->cost))
		return;
	/* A hash that cannot be renewed stays as it is: the login is right. */
	if (!a->is_right)
		password_spend_rest(a->hash, &a->cost, a->password);
	else if (password_hash(&a->cost, a->password, a->renewed) != ERR_OK)
		a->renewed[0] = '\0';
}

static enum req_state
check(struct req *r)
{
	struct attempt *a = r->chain;

	if (!throttle_allows(a->try))
		return throttle_refuse(r, a->try);
	a->hash = a->owner.id != 0 ? a->owner.password_hash.data
				   : dummy_hash(r, &a->cost);
	if (!a->hash)
		return req_fail(r, ERR_NO_MEMORY);
	return req_offload(r, check_password, a, judge);
}

static enum req_state
refuse(struct req *r)
{
	return req_fail(r, ERR_WRONG_CREDENTIALS);
}

static enum req_state
open_session(struct req *r)
{
	struct attempt *a = r->chain;
	struct session *s = &a->session;

	token_new(a->owner.id, r->row.token);
	if (!token_digest(&r->worker->setup->key, span_text(r->row.token),
		&r->session.user_id, r->session.digest))
		return req_fail(r, ERR_INTERNAL);
	s->user_id = a->owner.id;
	s->digest = r->session.digest;
	s->created = clock_text(r);
	s->ttl_s = r->worker->setup->config->session_ttl;
	s->address = span_text(r->client);
	s->agent = r->user_agent;
	if (s->agent.len > AGENT_MAX)
		s->agent.len = AGENT_MAX;
	s->checked = a->owner.password_hash;
	s->renewed = span_text(a->renewed);
	if (!s->created.data)
		return req_fail(r, ERR_NO_MEMORY);
	return store_session_open(r, s, &a->is_open, opened);
}

static enum req_state
judge(struct req *r)
{
	struct attempt *a = r->chain;

	if (a->owner.id == 0 || !a->is_right)
		return throttle_failed(r, a->try, refuse);
	throttle_passed(a->try);
	return open_session(r);
}

/* Between the check and the session the user was deleted, or its password was
 * changed, or its hash renewed by another login: the next try knows. */
static enum req_state
opened(struct req *r)
{
	struct attempt *a = r->chain;

	if (!a->is_open)
		return req_refuse(r, ERR_OVERLOAD,
		    "The account changed at this moment, try again");
	return req_done(r);
}
