#include "support/loopback.h"
#include "worker/store/accounts/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

/* One query's arguments and answer. */
struct call {
	struct user user;
	struct user_owner owner;
	struct span now, login;
	int64_t id;
	bool flag;
};

static enum req_state
next_id(struct req *r)
{
	return store_user_next_id(r, &((struct call *)r->chain)->id, req_done);
}

static enum req_state
make(struct req *r)
{
	return store_user_make(r, &((struct call *)r->chain)->user, req_done);
}

static enum req_state
exists(struct req *r)
{
	struct call *c = r->chain;

	return store_user_exists(r, c->user.id, &c->flag, req_done);
}

static enum req_state
activate(struct req *r)
{
	struct call *c = r->chain;

	return store_user_activate(r, c->user.id, c->now, &c->flag, req_done);
}

static enum req_state
read_owner(struct req *r)
{
	return store_user_owner(
	    r, 7, &((struct call *)r->chain)->owner, req_done);
}

static enum req_state
delete_user(struct req *r)
{
	struct call *c = r->chain;

	return store_user_delete(r, 7, &c->login, req_done);
}

/* The request lives on: what was read lies in its arena. */
static struct req *
run(struct loopback *l, req_step *step, struct call *c)
{
	struct req *r = loopback_new(l);

	r->chain = c;
	assert_int_equal(loopback_run(r, step), ERR_OK);
	return r;
}

static const struct call ann = {
	.user = { .id = 7,
	    .login = { "ann", 3 },
	    .first_name = { "A n", 3 },
	    .last_name = { "%b{7}", 5 },
	    .password_hash = { "$argon2id$", 10 } },
	.now = { "2026-01-31T09:00:00Z", 20 },
};

static void
ids_are_given_once(void **state)
{
	struct call one = { 0 }, two = { 0 };

	loopback_free(run(*state, next_id, &one));
	loopback_free(run(*state, next_id, &two));
	assert_int_equal(one.id, 1);
	assert_int_equal(two.id, 2);
}

static void
user_being_made_exists_unseen_and_expires(void **state)
{
	struct loopback *l = *state;
	struct call c = ann;
	struct req *r;

	loopback_free(run(l, make, &c));
	loopback_free(run(l, exists, &c));
	assert_true(c.flag);
	assert_in_range(
	    atoi(redis_process_ask(&l->server, "TTL {user:7}")), 1, 15);
	r = run(l, read_owner, &c);
	assert_int_equal(c.owner.id, 0);
	loopback_free(r);
}

static void
active_user_is_there_with_login_and_hash(void **state)
{
	struct loopback *l = *state;
	struct call c = ann, seen = { 0 };
	struct req *r;

	loopback_free(run(l, make, &c));
	loopback_free(run(l, activate, &c));
	assert_true(c.flag);
	r = run(l, read_owner, &seen);
	assert_int_equal(seen.owner.id, 7);
	assert_true(span_is_equal(seen.owner.login, ann.user.login));
	assert_true(
	    span_is_equal(seen.owner.password_hash, ann.user.password_hash));
	loopback_free(r);
	assert_string_equal(
	    redis_process_ask(&l->server, "TTL {user:7}"), "-1");
	assert_string_equal(
	    redis_process_ask(&l->server, "HMGET {user:7} first_name last_name "
					  "created_at update_at"),
	    "A n %b{7} 2026-01-31T09:00:00Z 2026-01-31T09:00:00Z");
}

static void
expired_user_being_made_is_not_activated(void **state)
{
	struct loopback *l = *state;
	struct call c = ann;

	c.flag = true;
	loopback_free(run(l, activate, &c));
	assert_false(c.flag);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "0");
}

static void
deleted_user_gives_its_login_back_once(void **state)
{
	struct loopback *l = *state;
	struct call c = ann;
	struct req *r;

	loopback_free(run(l, make, &c));
	loopback_free(run(l, activate, &c));
	r = run(l, delete_user, &c);
	assert_true(span_is_equal(c.login, ann.user.login));
	loopback_free(r);
	r = run(l, delete_user, &c);
	assert_null(c.login.data);
	loopback_free(r);
	loopback_free(run(l, exists, &c));
	assert_false(c.flag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(ids_are_given_once),
		test(user_being_made_exists_unseen_and_expires),
		test(active_user_is_there_with_login_and_hash),
		test(expired_user_being_made_is_not_activated),
		test(deleted_user_gives_its_login_back_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
