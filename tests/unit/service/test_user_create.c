#include "support/account.h"

static void
create_makes_a_user_that_is_readable_by_hand(void **state)
{
	struct loopback *l = *state;
	struct req *r = account_request(l, "ann", "secret");

	assert_int_equal(loopback_run(r, service_user_create), ERR_OK);
	assert_int_equal(r->row.user.id, 1);
	assert_span(r->row.user.login, "ann");
	assert_int_equal(r->row.user.created_at.len, 20);
	assert_true(
	    span_is_equal(r->row.user.created_at, r->row.user.update_at));
	assert_string_equal(redis_process_ask(&l->server,
				"HMGET {user:1} login first_name last_name"),
	    "ann First Last");
	assert_memory_equal(
	    redis_process_ask(&l->server, "HGET {user:1} password"),
	    "$argon2id$", 10);
	assert_string_equal(
	    redis_process_ask(&l->server, "TTL {user:1}"), "-1");
	assert_string_equal(
	    redis_process_ask(&l->server, "GET login:ann"), "1");
	assert_string_equal(
	    redis_process_ask(&l->server, "ZRANGE users 0 -1"), "1");
	loopback_free(r);
}

static void
taken_login_is_busy(void **state)
{
	struct loopback *l = *state;
	enum err err;

	account_create(l, "ann", "secret");
	account_try_create(l, "ann", "other", &err);
	assert_int_equal(err, ERR_LOGIN_BUSY);
	/* Refused before a number was drawn. */
	assert_string_equal(
	    redis_process_ask(&l->server, "GET users:next"), "1");
}

static void
of_many_at_once_one_gets_the_login(void **state)
{
	enum { RIVALS = 8 };
	struct loopback *l = *state;
	struct req *rivals[RIVALS];
	int won = 0;

	for (int i = 0; i < RIVALS; i++) {
		rivals[i] = account_request(l, "ann", "secret");
		loopback_start(rivals[i], service_user_create);
	}
	for (int i = 0; i < RIVALS; i++) {
		if (loopback_wait(rivals[i]) == ERR_OK)
			won++;
		else
			assert_int_equal(rivals[i]->out.err, ERR_LOGIN_BUSY);
		loopback_free(rivals[i]);
	}
	assert_int_equal(won, 1);
	assert_string_equal(redis_process_ask(&l->server, "ZCARD users"), "1");
	/* users, users:next, login:ann and one user: the losers are unmade. */
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "4");
}

static void
login_of_a_user_that_is_gone_is_taken_over(void **state)
{
	struct loopback *l = *state;
	int64_t id;

	redis_process_ask(&l->server, "SET users:next 9");
	redis_process_ask(&l->server, "SET login:ann 9");
	id = account_create(l, "ann", "secret");
	assert_int_equal(id, 10);
	assert_string_equal(
	    redis_process_ask(&l->server, "GET login:ann"), "10");
}

static void
login_of_a_user_being_made_is_busy(void **state)
{
	struct loopback *l = *state;
	enum err err;

	redis_process_ask(&l->server, "HSET {user:9} login ann");
	redis_process_ask(&l->server, "SET login:ann 9");
	account_try_create(l, "ann", "secret", &err);
	assert_int_equal(err, ERR_LOGIN_BUSY);
}

/* Redis refuses the n-th step: whatever was done before, the login is free
 * again once the user being made has expired, and no half user is ever seen. */
static void
failure_at_any_step_leaves_no_half_user(void **state)
{
	static const char *const steps[] = { "get", "incr", "hset", "set",
		"zadd", "exists" };
	struct loopback *l = *state;
	enum err err;
	struct req *r;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		redis_process_ask(
		    &l->server, "ACL SETUSER default -%s", steps[i]);
		account_try_create(l, "ann", "secret", &err);
		assert_int_not_equal(err, ERR_OK);
		redis_process_ask(
		    &l->server, "ACL SETUSER default +%s", steps[i]);
		r = loopback_new(l);
		assert_int_equal(loopback_run(r, service_user_list), ERR_OK);
		assert_int_equal(r->row.users_len, 0);
		loopback_free(r);
		/* What EXPIRE will do by itself, some seconds later. */
		redis_process_ask(&l->server, "EVAL %s 0",
		    "for _, k in ipairs(redis.call('KEYS', '{user:*')) do "
		    "assert(redis.call('TTL', k) > 0) redis.call('DEL', k) "
		    "end return 1");
		assert_string_equal(
		    redis_process_ask(&l->server, "KEYS {user:*"), "");
		account_create(l, "ann", "secret");
		r = loopback_new(l);
		assert_int_equal(loopback_run(r, service_user_list), ERR_OK);
		assert_int_equal(r->row.users_len, 1);
		loopback_free(r);
		redis_process_ask(&l->server, "FLUSHALL");
	}
}

static void
redis_away_is_told_in_time(void **state)
{
	struct loopback *l = *state;
	enum err err;

	l->config.redis_timeout_ms = 200;
	loopback_wait_up(l);
	redis_process_kill(&l->server);
	account_try_create(l, "ann", "secret", &err);
	assert_int_equal(err, ERR_STORE_DOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(create_makes_a_user_that_is_readable_by_hand),
		test(taken_login_is_busy),
		test(of_many_at_once_one_gets_the_login),
		test(login_of_a_user_that_is_gone_is_taken_over),
		test(login_of_a_user_being_made_is_busy),
		test(failure_at_any_step_leaves_no_half_user),
		test(redis_away_is_told_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
