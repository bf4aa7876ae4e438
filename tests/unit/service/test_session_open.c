#include "support/account.h"
#include "worker/pool.h"
#include "worker/service/user.h"

#include <signal.h>

static void
right_password_opens_a_session(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	struct req *r;

	account_create(l, "ann", "secret");
	r = account_request(l, "ann", "secret");
	r->user_agent = span_text("curl/8");
	assert_int_equal(loopback_run(r, service_login), ERR_OK);
	memcpy(token, r->row.token, sizeof(token));
	loopback_free(r);
	assert_int_equal(account_session(l, token), ERR_OK);
	assert_string_equal(redis_process_ask(&l->server, "EVAL %s 0",
				"return redis.call('HMGET', redis.call('KEYS',"
				"'*:session:*')[1], 'address', 'agent')"),
	    "192.0.2.1 curl/8");
}

static void
session_expires_after_its_time_to_live(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	int ttl;

	l->config.session_ttl = 500;
	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", token);
	ttl = atoi(redis_process_ask(&l->server, "EVAL %s 0",
	    "return redis.call('TTL', "
	    "redis.call('KEYS', '*:session:*')[1])"));
	assert_in_range(ttl, 480, 500);
	ttl = atoi(redis_process_ask(&l->server, "TTL {user:1}:sessions"));
	assert_in_range(ttl, 480, 500);
}

static void
list_of_sessions_lasts_as_long_as_the_last_of_them(void **state)
{
	static const int ttls[] = { 300, 500, 100 }, left[] = { 300, 500, 500 };
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	for (int i = 0; i < 3; i++) {
		l->config.session_ttl = ttls[i];
		account_login(l, "ann", "secret", token);
		assert_in_range(atoi(redis_process_ask(
				    &l->server, "TTL {user:1}:sessions")),
		    left[i] - 20, left[i]);
	}
}

static void
wrong_password_and_unknown_login_are_the_same(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	assert_int_equal(
	    account_try_login(l, "ann", "wrong", token), ERR_WRONG_CREDENTIALS);
	assert_int_equal(account_try_login(l, "nobody", "secret", token),
	    ERR_WRONG_CREDENTIALS);
	assert_string_equal(token, "");
}

/* The same commands and a hash of the same cost: seen in Redis's own count
 * and in the memory that argon2 was told to take. */
static void
unknown_login_costs_what_a_wrong_password_costs(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	char wrong[128];
	const char *ask =
	    "return redis.call('INFO', 'commandstats'):match("
	    "'cmdstat_get:calls=%d+') .. redis.call('INFO', 'commandstats')"
	    ":match('cmdstat_hmget:calls=%d+')";
	const char *argv = "EVAL %s 0";

	account_create(l, "ann", "secret");
	redis_process_ask(&l->server, "CONFIG RESETSTAT");
	account_try_login(l, "ann", "wrong", token);
	snprintf(wrong, sizeof(wrong), "%s",
	    redis_process_ask(&l->server, argv, ask));
	redis_process_ask(&l->server, "CONFIG RESETSTAT");
	account_try_login(l, "nobody", "wrong", token);
	assert_string_equal(redis_process_ask(&l->server, argv, ask), wrong);
}

static void
half_and_gone_users_cannot_log_in(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	redis_process_ask(&l->server, "HDEL {user:1} created_at");
	assert_int_equal(account_try_login(l, "ann", "secret", token),
	    ERR_WRONG_CREDENTIALS);
	redis_process_ask(&l->server, "DEL {user:1}");
	assert_int_equal(account_try_login(l, "ann", "secret", token),
	    ERR_WRONG_CREDENTIALS);
}

static void
cheap_hash_is_renewed(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	l->config.password_passes = 3;
	account_login(l, "ann", "secret", token);
	assert_non_null(strstr(
	    redis_process_ask(&l->server, "HGET {user:1} password"), "t=3"));
	account_login(l, "ann", "secret", token);
	assert_int_equal(account_session(l, token), ERR_OK);
}

static void
password_may_be_any_text(void **state)
{
	struct loopback *l = *state;
	struct req *r = account_request(l, "ann", NULL);

	r->in.password = span_of("a\0b", 3);
	assert_int_equal(loopback_run(r, service_user_create), ERR_OK);
	loopback_free(r);
	r = account_request(l, "ann", "a");
	assert_int_equal(loopback_run(r, service_login), ERR_WRONG_CREDENTIALS);
	loopback_free(r);
	r = account_request(l, "ann", NULL);
	r->in.password = span_of("a\0b", 3);
	assert_int_equal(loopback_run(r, service_login), ERR_OK);
	loopback_free(r);
}

static void
oldest_of_many_sessions_make_room(void **state)
{
	struct loopback *l = *state;
	char first[TOKEN_TEXT], last[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", first);
	/* Noted as used, as all sessions are. */
	redis_process_ask(&l->server, "EVAL %s 0",
	    "return redis.call('HSET', '{user:1}:seen', "
	    "redis.call('ZRANGE', '{user:1}:sessions', 0, 0)[1], 60)");
	l->config.session_ttl++;
	for (int i = 0; i < 100; i++)
		account_login(l, "ann", "secret", last);
	assert_string_equal(
	    redis_process_ask(&l->server, "EXISTS {user:1}:seen"), "0");
	assert_int_equal(account_session(l, first), ERR_NO_SESSION);
	assert_int_equal(account_session(l, last), ERR_OK);
	assert_string_equal(
	    redis_process_ask(&l->server, "ZCARD {user:1}:sessions"), "100");
	assert_string_equal(redis_process_ask(&l->server, "EVAL %s 0",
				"return #redis.call('KEYS', '*:session:*')"),
	    "100");
}

/* The user is deleted, or has a new password, while the old one is checked. */
static void
session_does_not_open_for_what_was_true_before(void **state)
{
	static const char *const changes[] = { "DEL {user:1}",
		"HSET {user:1} password new", "HDEL {user:1} created_at" };
	struct loopback *l = *state;
	struct req *r;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		redis_process_ask(&l->server, "FLUSHALL");
		account_create(l, "ann", "secret");
		/* Overtaken once the user was read (two HMGET are of the
		 * throttle): the step after it is what decides, not the
		 * time. */
		r = account_request(l, "ann", "secret");
		loopback_start(r, service_login);
		while (r->next != NULL && strstr(redis_process_ask(&l->server,
						     "INFO commandstats"),
					      "cmdstat_hmget:calls=3") == NULL)
			uv_run(&l->loop, UV_RUN_ONCE);
		redis_process_ask(&l->server, changes[i]);
		assert_int_equal(loopback_wait(r), ERR_OVERLOAD);
		loopback_free(r);
		redis_process_ask(&l->server, "CONFIG RESETSTAT");
	}
}

struct blocked {
	struct pool_job job;
	uv_sem_t gate;
	bool is_done;
};

static void
block(struct pool_job *job)
{
	uv_sem_wait(&((struct blocked *)job)->gate);
}

static void
on_unblocked(struct pool_job *job)
{
	((struct blocked *)job)->is_done = true;
}

/* Redis hangs, and is not asked. */
static void
a_full_pool_refuses_before_anybody_is_asked(void **state)
{
	struct loopback *l = *state;
	struct blocked b = { .job = { .work = block, .done = on_unblocked } };
	struct req *r = account_request(l, "ann", "secret");

	pool_close(l->worker.hash_pool);
	l->worker.hash_pool = pool_new(&l->loop, 1, 0, 0);
	uv_sem_init(&b.gate, 0);
	assert_int_equal(pool_start(l->worker.hash_pool, &b.job), ERR_OK);
	kill(l->server.pid, SIGSTOP);
	assert_int_equal(loopback_run(r, service_login), ERR_OVERLOAD);
	assert_int_equal(loopback_run(r, service_user_create), ERR_OVERLOAD);
	assert_int_equal(r->out.retry_after_s, 1);
	kill(l->server.pid, SIGCONT);
	uv_sem_post(&b.gate);
	while (!b.is_done)
		uv_run(&l->loop, UV_RUN_ONCE);
	uv_sem_destroy(&b.gate);
	loopback_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(right_password_opens_a_session),
		test(session_expires_after_its_time_to_live),
		test(list_of_sessions_lasts_as_long_as_the_last_of_them),
		test(wrong_password_and_unknown_login_are_the_same),
		test(unknown_login_costs_what_a_wrong_password_costs),
		test(half_and_gone_users_cannot_log_in),
		test(cheap_hash_is_renewed),
		test(password_may_be_any_text),
		test(oldest_of_many_sessions_make_room),
		test(session_does_not_open_for_what_was_true_before),
		test(a_full_pool_refuses_before_anybody_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
