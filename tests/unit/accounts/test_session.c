#include "support/loopback.h"
#include "worker/store/accounts/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

/* One query's arguments and answer. */
struct call {
	struct session session;
	bool is_open;
	int64_t left_ms;
};

static enum req_state
open_session(struct req *r)
{
	struct call *c = r->chain;

	return store_session_open(r, &c->session, &c->is_open, req_done);
}

static enum req_state
read_session(struct req *r)
{
	struct call *c = r->chain;

	r->session.user_id = 7;
	strcpy(r->session.digest, c->session.digest);
	return store_session_read(r, &c->left_ms, req_done);
}

static enum req_state
close_session(struct req *r)
{
	struct call *c = r->chain;

	return store_session_close(r, 7, c->session.digest, req_done);
}

static enum req_state
close_all(struct req *r)
{
	return store_session_close_all(r, 7, req_done);
}

static void
run(struct loopback *l, req_step *step, struct call *c)
{
	struct req *r = loopback_new(l);

	r->chain = c;
	assert_int_equal(loopback_run(r, step), ERR_OK);
	loopback_free(r);
}

static struct call
session(const char *digest, int64_t ttl_s)
{
	return (struct call){ .session = { .user_id = 7,
				  .digest = digest,
				  .created = span_text("then"),
				  .ttl_s = ttl_s,
				  .address = span_text("::1"),
				  .checked = span_text("hash") } };
}

static void
add_user(struct loopback *l)
{
	redis_process_ask(
	    &l->server, "HSET {user:7} password hash created_at then");
}

static void
open_session_is_found_until_it_is_closed(void **state)
{
	struct loopback *l = *state;
	struct call one = session("one", 100), two = session("two", 100);

	add_user(l);
	run(l, open_session, &one);
	run(l, open_session, &two);
	assert_true(one.is_open && two.is_open);
	run(l, read_session, &one);
	assert_in_range(one.left_ms, 90000, 100000);
	run(l, close_session, &one);
	run(l, read_session, &one);
	assert_true(one.left_ms <= 0);
	run(l, read_session, &two);
	assert_true(two.left_ms > 0);
	run(l, close_all, &two);
	run(l, read_session, &two);
	assert_true(two.left_ms <= 0);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "1");
}

static void
session_of_another_password_or_no_user_is_refused(void **state)
{
	struct loopback *l = *state;
	struct call c = session("one", 100);

	c.is_open = true;
	run(l, open_session, &c);
	assert_false(c.is_open);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "0");
	add_user(l);
	c.session.checked = span_text("another");
	run(l, open_session, &c);
	assert_false(c.is_open);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "1");
}

static void
renewed_hash_takes_the_place_of_the_checked_one(void **state)
{
	struct loopback *l = *state;
	struct call c = session("one", 100);

	add_user(l);
	c.session.renewed = span_text("better");
	run(l, open_session, &c);
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET {user:7} password"), "better");
}

static void
set_of_sessions_drops_the_expired_and_lives_as_long_as_the_last(void **state)
{
	struct loopback *l = *state;
	struct call longest = session("long", 1000), c = session("new", 10);

	add_user(l);
	redis_process_ask(&l->server, "ZADD {user:7}:sessions 1000 old");
	run(l, open_session, &longest);
	run(l, open_session, &c);
	assert_string_equal(
	    redis_process_ask(&l->server, "ZRANGE {user:7}:sessions 0 -1"),
	    "new long");
	assert_in_range(
	    atoi(redis_process_ask(&l->server, "TTL {user:7}:sessions")), 900,
	    1000);
	assert_in_range(
	    atoi(redis_process_ask(&l->server, "TTL {user:7}:session:new")), 1,
	    10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(open_session_is_found_until_it_is_closed),
		test(session_of_another_password_or_no_user_is_refused),
		test(renewed_hash_takes_the_place_of_the_checked_one),
		test(
		    set_of_sessions_drops_the_expired_and_lives_as_long_as_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
