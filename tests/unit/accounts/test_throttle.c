#include "support/loopback.h"
#include "worker/store/accounts/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static const struct throttle ann = {
	.login = { "ann", 3 },
	.place = { "192.0.2.1", 9 },
	.free = 2,
	.free_place = 3,
	.longest_ms = 60000,
};

static enum req_state
note_failure(struct req *r)
{
	return store_throttle_fail(r, r->chain, req_done);
}

static enum req_state
pass(struct req *r)
{
	store_throttle_pass(r->worker, r->chain);
	return req_done(r);
}

static enum req_state
back(struct req *r)
{
	store_throttle_back(r->worker, r->chain, true, true);
	return req_done(r);
}

static enum req_state
try(struct req *r)
{
	return store_throttle_try(
	    r, r->chain, r->in.all, &r->in.after, req_done);
}

static enum req_state
try_login(struct req *r)
{
	return store_throttle_login(r, r->chain, &r->in.after, req_done);
}

/* What the step read, if it reads anything. */
static int64_t
run(struct loopback *l, req_step *step, struct throttle t, bool is_attacked)
{
	struct req *r = loopback_new(l);
	int64_t number;

	r->chain = &t;
	r->in.all = is_attacked;
	assert_int_equal(loopback_run(r, step), ERR_OK);
	number = r->in.after;
	loopback_free(r);
	loopback_settle(l);
	return number;
}

static void
try_wrong(struct loopback *l, struct throttle t)
{
	run(l, try_login, t, false);
	assert_int_equal(run(l, try, t, false), 0);
	run(l, note_failure, t, false);
}

static void
failures_are_counted_and_a_pass_forgets_them(void **state)
{
	struct loopback *l = *state;

	try_wrong(l, ann);
	try_wrong(l, ann);
	assert_in_range(run(l, try, ann, false), 500, 1000);
	assert_int_equal(run(l, try_login, ann, false), 2);
	run(l, pass, ann, false);
	assert_int_equal(run(l, try_login, ann, false), 2);
	try_wrong(l, ann);
	assert_int_equal(run(l, try, ann, false), 0);
}

static void
tries_that_are_not_over_count(void **state)
{
	struct loopback *l = *state;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(run(l, try_login, ann, false), i);
		assert_int_equal(run(l, try, ann, false), 0);
	}
	assert_in_range(run(l, try, ann, false), 500, 1000);
	run(l, back, ann, false);
	assert_int_equal(run(l, try_login, ann, false), 1);
	assert_int_equal(run(l, try, ann, false), 0);
	assert_in_range(run(l, try, ann, false), 500, 1000);
}

static void
what_is_taken_back_leaves_nothing(void **state)
{
	struct loopback *l = *state;

	run(l, try_login, ann, false);
	run(l, try, ann, false);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "3");
	run(l, back, ann, false);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "0");
	run(l, back, ann, false);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "0");
}

static void
place_has_a_budget_for_all_logins_but_known_ones(void **state)
{
	struct loopback *l = *state;
	struct throttle other = ann;

	run(l, pass, ann, false);
	other.login = span_text("bob");
	try_wrong(l, other);
	other.login = span_text("eve");
	try_wrong(l, other);
	other.login = span_text("joe");
	try_wrong(l, other);
	other.login = span_text("kim");
	assert_in_range(run(l, try, other, false), 500, 1000);
	redis_process_ask(&l->server, "HINCRBY throttle:{192.0.2.1} last -600");
	assert_int_equal(run(l, try, ann, false), 0);
	run(l, pass, ann, false);
	/* Whom it knows does not make others wait longer. */
	assert_in_range(run(l, try, other, false), 1, 400);
}

static void
attacked_login_has_one_failure_from_a_new_place(void **state)
{
	struct loopback *l = *state;

	try_wrong(l, ann);
	assert_in_range(run(l, try, ann, true), 500, 1000);
	assert_int_equal(run(l, try, ann, false), 0);
}

static void
failures_of_an_hour_ago_are_forgotten(void **state)
{
	struct loopback *l = *state;

	try_wrong(l, ann);
	try_wrong(l, ann);
	redis_process_ask(
	    &l->server, "HINCRBY throttle:{192.0.2.1}:ann last -3600001");
	redis_process_ask(
	    &l->server, "HINCRBY throttle:{192.0.2.1} last -3600001");
	try_wrong(l, ann);
	assert_string_equal(redis_process_ask(&l->server,
				"HGET throttle:{192.0.2.1}:ann failures"),
	    "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(failures_are_counted_and_a_pass_forgets_them),
		test(tries_that_are_not_over_count),
		test(what_is_taken_back_leaves_nothing),
		test(place_has_a_budget_for_all_logins_but_known_ones),
		test(attacked_login_has_one_failure_from_a_new_place),
		test(failures_of_an_hour_ago_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
