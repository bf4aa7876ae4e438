#include "support/loopback.h"
#include "worker/store/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static const struct throttle ann = {
	.login = { "ann", 3 },
	.block = { "192.0.2.1", 9 },
	.free = 2,
	.free_block = 3,
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
	return store_throttle_pass(r, r->chain, req_done);
}

static enum req_state
ask(struct req *r)
{
	return store_throttle_ask(
	    r, r->chain, r->in.all, &r->in.after, req_done);
}

static enum req_state
count(struct req *r)
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
	return number;
}

static void
failures_are_counted_and_a_pass_forgets_them(void **state)
{
	struct loopback *l = *state;

	assert_int_equal(run(l, ask, ann, false), 0);
	run(l, note_failure, ann, false);
	assert_int_equal(run(l, ask, ann, false), 0);
	run(l, note_failure, ann, false);
	assert_in_range(run(l, ask, ann, false), 500, 1000);
	assert_int_equal(run(l, count, ann, false), 2);
	run(l, pass, ann, false);
	assert_int_equal(run(l, ask, ann, false), 0);
	assert_int_equal(run(l, count, ann, false), 2);
}

static void
place_has_a_budget_for_all_logins_but_known_ones(void **state)
{
	struct loopback *l = *state;
	struct throttle other = ann;

	run(l, pass, ann, false);
	other.login = span_text("bob");
	run(l, note_failure, other, false);
	other.login = span_text("eve");
	run(l, note_failure, other, false);
	other.login = span_text("joe");
	run(l, note_failure, other, false);
	assert_in_range(run(l, ask, other, false), 500, 1000);
	assert_int_equal(run(l, ask, ann, false), 0);
}

static void
attacked_login_has_one_failure_from_a_new_place(void **state)
{
	struct loopback *l = *state;

	run(l, note_failure, ann, false);
	assert_int_equal(run(l, ask, ann, false), 0);
	assert_in_range(run(l, ask, ann, true), 500, 1000);
}

static void
failures_of_an_hour_ago_are_forgotten(void **state)
{
	struct loopback *l = *state;

	run(l, note_failure, ann, false);
	run(l, note_failure, ann, false);
	redis_process_ask(
	    &l->server, "HINCRBY throttle:{192.0.2.1}:ann last -3600001");
	redis_process_ask(
	    &l->server, "HINCRBY throttle:{192.0.2.1} last -3600001");
	assert_int_equal(run(l, ask, ann, false), 0);
	run(l, note_failure, ann, false);
	assert_string_equal(redis_process_ask(&l->server,
				"HGET throttle:{192.0.2.1}:ann failures"),
	    "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(failures_are_counted_and_a_pass_forgets_them),
		test(place_has_a_budget_for_all_logins_but_known_ones),
		test(attacked_login_has_one_failure_from_a_new_place),
		test(failures_of_an_hour_ago_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
