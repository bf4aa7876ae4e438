#include "support/loopback.h"
#include "worker/store/accounts/login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

/* One query's arguments and answer. */
struct call {
	struct span login;
	int64_t id, gone, owner;
	bool is_ours;
};

static enum req_state
find(struct req *r)
{
	struct call *c = r->chain;

	return store_login_find(r, c->login, &c->owner, req_done);
}

static enum req_state
claim(struct req *r)
{
	struct call *c = r->chain;

	return store_login_claim(r, c->login, c->id, &c->owner, req_done);
}

static enum req_state
reclaim(struct req *r)
{
	struct call *c = r->chain;

	return store_login_reclaim(
	    r, c->login, c->gone, c->id, &c->is_ours, req_done);
}

static enum req_state
release(struct req *r)
{
	struct call *c = r->chain;

	return store_login_release(r, c->login, c->id, req_done);
}

static void
run(struct loopback *l, req_step *step, struct call *c)
{
	struct req *r = loopback_new(l);

	r->chain = c;
	assert_int_equal(loopback_run(r, step), ERR_OK);
	loopback_free(r);
}

static void
first_claim_wins(void **state)
{
	struct call c = { .login = span_text("a b\n:{x}"), .id = 7 };

	run(*state, find, &c);
	assert_int_equal(c.owner, 0);
	run(*state, claim, &c);
	assert_int_equal(c.owner, 0);
	c.id = 8;
	run(*state, claim, &c);
	assert_int_equal(c.owner, 7);
	run(*state, find, &c);
	assert_int_equal(c.owner, 7);
}

static void
reclaim_takes_only_from_the_one_that_is_gone(void **state)
{
	struct call c = { .login = span_text("ann"), .id = 7 };

	run(*state, claim, &c);
	c.id = 9;
	c.gone = 8;
	run(*state, reclaim, &c);
	assert_false(c.is_ours);
	c.gone = 7;
	run(*state, reclaim, &c);
	assert_true(c.is_ours);
	run(*state, find, &c);
	assert_int_equal(c.owner, 9);
}

static void
release_is_only_of_ones_own(void **state)
{
	struct call c = { .login = span_text("ann"), .id = 7 };

	run(*state, claim, &c);
	c.id = 8;
	run(*state, release, &c);
	run(*state, find, &c);
	assert_int_equal(c.owner, 7);
	c.id = 7;
	run(*state, release, &c);
	run(*state, find, &c);
	assert_int_equal(c.owner, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(first_claim_wins),
		test(reclaim_takes_only_from_the_one_that_is_gone),
		test(release_is_only_of_ones_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
