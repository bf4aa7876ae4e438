#include "support/account.h"
#include "worker/service/throttle.h"
#include "worker/store/redis/query.h"

static enum err
try_from(struct loopback *l, const char *address, const char *login,
    const char *password, int *retry_after_s)
{
	struct req *r = account_request(l, login, password);
	enum err err;

	strcpy(r->client, address);
	err = loopback_run(r, service_login);
	if (retry_after_s)
		*retry_after_s = r->out.retry_after_s;
	loopback_free(r);
	return err;
}

static void
fail_times(struct loopback *l, const char *address, const char *login, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(try_from(l, address, login, "wrong", NULL),
		    ERR_WRONG_CREDENTIALS);
}

static void
wait_doubles_with_each_failure(void **state)
{
	struct loopback *l = *state;
	int retry_after_s;

	account_create(l, "ann", "secret");
	l->config.login_tries = 3;
	fail_times(l, "192.0.2.1", "ann", 3);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", &retry_after_s),
	    ERR_TOO_MANY);
	assert_int_equal(retry_after_s, 1);
	redis_process_ask(
	    &l->server, "HSET throttle:{192.0.2.1}:ann failures 8");
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", &retry_after_s),
	    ERR_TOO_MANY);
	assert_int_equal(retry_after_s, 32);
	l->config.login_delay_max_s = 20;
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", &retry_after_s),
	    ERR_TOO_MANY);
	assert_int_equal(retry_after_s, 20);
}

enum { CROWD = 20 };

static void
start_crowd(struct loopback *l, const char *password, struct req *r[CROWD])
{
	for (int i = 0; i < CROWD; i++) {
		r[i] = account_request(l, "ann", password);
		loopback_start(r[i], service_login);
	}
}

/* How many of them ended with `wanted`, the others having had to wait. */
static int
end_crowd(struct req *r[CROWD], enum err wanted)
{
	int n = 0;

	for (int i = 0; i < CROWD; i++) {
		enum err err = loopback_wait(r[i]);

		if (err != wanted)
			assert_int_equal(err, ERR_TOO_MANY);
		n += err == wanted;
		loopback_free(r[i]);
	}
	return n;
}

static void
tries_at_once_get_no_further(void **state)
{
	struct loopback *l = *state;
	struct req *r[CROWD];

	account_create(l, "ann", "secret");
	l->config.login_tries = 3;
	start_crowd(l, "wrong", r);
	assert_int_equal(end_crowd(r, ERR_WRONG_CREDENTIALS), 3);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_TOO_MANY);
}

static void
right_tries_at_once_leave_nothing_counted(void **state)
{
	struct loopback *l = *state;
	struct req *r[CROWD];

	account_create(l, "ann", "secret");
	l->config.login_tries = 3;
	start_crowd(l, "secret", r);
	assert_int_equal(end_crowd(r, ERR_OK), 3);
	l->config.login_tries = CROWD;
	start_crowd(l, "secret", r);
	assert_int_equal(end_crowd(r, ERR_OK), CROWD);
	l->config.login_tries = 1;
	fail_times(l, "192.0.2.1", "ann", 1);
	assert_string_equal(
	    redis_process_ask(&l->server, "GET throttle:login:ann"), "1");
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET throttle:{192.0.2.1} failures"),
	    "1");
}

static void
assert_counted(struct loopback *l, const char *failures)
{
	assert_string_equal(
	    redis_process_ask(&l->server, "EVAL %s 0",
		"local n = redis.call('GET', 'throttle:login:ann') "
		"return n or '0'"),
	    failures);
	assert_string_equal(
	    redis_process_ask(&l->server, "EVAL %s 0",
		"local n = redis.call('HGET', "
		"'throttle:{192.0.2.1}:ann', 'failures') return n or '0'"),
	    failures);
}

static void
try_that_was_not_made_is_taken_back(void **state)
{
	struct loopback *l = *state;

	account_create(l, "ann", "secret");
	l->config.hash_timeout_ms = 1;
	/* Who hashed last may not have given it back yet. */
	int slot = slots_take(&l->setup.shared->hashing, 10000);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "wrong", NULL), ERR_OVERLOAD);
	slots_give(&l->setup.shared->hashing, slot);
	loopback_settle(l);
	assert_counted(l, "0");
}

static struct throttle_try *tried;

static enum req_state
hang_up(struct req *r)
{
	r->conn = NULL;
	return store_ping(r, req_done);
}

static enum req_state
hang_up_when_wrong(struct req *r)
{
	throttle_judge(tried, false);
	return hang_up(r);
}

static enum req_state
hang_up_when_right(struct req *r)
{
	throttle_judge(tried, true);
	return hang_up(r);
}

static req_step *after_ask;

static enum req_state
ask(struct req *r)
{
	return throttle_ask(r, tried, after_ask);
}

static enum req_state
begin(struct req *r)
{
	return throttle_begin(r, r->in.login, &tried, ask);
}

static void
run_try(struct loopback *l, req_step *next)
{
	struct req *r = account_request(l, "ann", "");

	after_ask = next;
	loopback_run(r, begin);
	loopback_free(r);
	loopback_settle(l);
}

static void
try_whose_client_hangs_up_counts_if_it_was_wrong(void **state)
{
	struct loopback *l = *state;

	run_try(l, hang_up);
	assert_counted(l, "0");
	run_try(l, hang_up_when_right);
	assert_counted(l, "0");
	run_try(l, hang_up_when_wrong);
	assert_counted(l, "1");
}

static void
client_that_is_gone_before_it_may_try_counts_nothing(void **state)
{
	struct loopback *l = *state;
	struct req *r = account_request(l, "ann", "wrong");

	loopback_start(r, service_login);
	r->conn = NULL;
	loopback_wait(r);
	loopback_free(r);
	loopback_settle(l);
	assert_counted(l, "0");
}

static void
unknown_login_is_throttled_the_same(void **state)
{
	struct loopback *l = *state;

	l->config.login_tries = 2;
	fail_times(l, "192.0.2.1", "nobody", 2);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "nobody", "wrong", NULL), ERR_TOO_MANY);
}

static void
one_try_passes_when_the_wait_is_over(void **state)
{
	struct loopback *l = *state;

	account_create(l, "ann", "secret");
	l->config.login_tries = 2;
	fail_times(l, "192.0.2.1", "ann", 2);
	redis_process_ask(
	    &l->server, "HINCRBY throttle:{192.0.2.1}:ann last -1000");
	assert_int_equal(try_from(l, "192.0.2.1", "ann", "wrong", NULL),
	    ERR_WRONG_CREDENTIALS);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_TOO_MANY);
	redis_process_ask(
	    &l->server, "HINCRBY throttle:{192.0.2.1}:ann last -2000");
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_OK);
	fail_times(l, "192.0.2.1", "ann", 2);
}

static void
stranger_does_not_shut_the_owner_out(void **state)
{
	struct loopback *l = *state;

	account_create(l, "ann", "secret");
	l->config.login_tries = 2;
	fail_times(l, "198.51.100.7", "ann", 2);
	assert_int_equal(
	    try_from(l, "198.51.100.7", "ann", "wrong", NULL), ERR_TOO_MANY);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_OK);
}

static void
many_logins_from_a_place_share_its_budget_but_for_known_ones(void **state)
{
	struct loopback *l = *state;
	char login[16];

	account_create(l, "ann", "secret");
	account_create(l, "bob", "secret");
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_OK);
	l->config.login_tries = 1;
	for (int i = 0; i < 10; i++) {
		snprintf(login, sizeof(login), "login%d", i);
		fail_times(l, "192.0.2.1", login, 1);
	}
	assert_int_equal(
	    try_from(l, "192.0.2.1", "bob", "secret", NULL), ERR_TOO_MANY);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_OK);
	assert_int_equal(
	    try_from(l, "192.0.2.2", "bob", "secret", NULL), ERR_OK);
}

static void
attacked_login_gives_new_places_one_try(void **state)
{
	struct loopback *l = *state;

	account_create(l, "ann", "secret");
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_OK);
	l->config.login_tries = 3;
	redis_process_ask(&l->server, "SET throttle:login:ann 30");
	fail_times(l, "198.51.100.7", "ann", 1);
	assert_int_equal(
	    try_from(l, "198.51.100.7", "ann", "wrong", NULL), ERR_TOO_MANY);
	fail_times(l, "192.0.2.1", "ann", 2);
	assert_int_equal(
	    try_from(l, "192.0.2.1", "ann", "secret", NULL), ERR_OK);
}

static void
network_of_ipv6_is_one_place(void **state)
{
	struct loopback *l = *state;

	account_create(l, "ann", "secret");
	l->config.login_tries = 2;
	fail_times(l, "2001:db8:1:2::1", "ann", 1);
	fail_times(l, "2001:db8:1:2:3:4:5:6", "ann", 1);
	assert_int_equal(try_from(l, "2001:db8:1:2::9", "ann", "secret", NULL),
	    ERR_TOO_MANY);
	assert_int_equal(
	    try_from(l, "2001:db8:1:3::9", "ann", "secret", NULL), ERR_OK);
}

static void
everything_counted_expires(void **state)
{
	struct loopback *l = *state;

	fail_times(l, "192.0.2.1", "nobody", 1);
	assert_string_equal(
	    redis_process_ask(&l->server, "EVAL %s 0",
		"local n = 0 "
		"for _, key in ipairs(redis.call('KEYS', 'throttle:*')) do "
		"if redis.call('TTL', key) > 3500 then n = n + 1 end end "
		"return n .. ' of ' .. redis.call('DBSIZE')"),
	    "3 of 3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(wait_doubles_with_each_failure),
		test(tries_at_once_get_no_further),
		test(right_tries_at_once_leave_nothing_counted),
		test(try_that_was_not_made_is_taken_back),
		test(try_whose_client_hangs_up_counts_if_it_was_wrong),
		test(client_that_is_gone_before_it_may_try_counts_nothing),
		test(unknown_login_is_throttled_the_same),
		test(one_try_passes_when_the_wait_is_over),
		test(stranger_does_not_shut_the_owner_out),
		test(
		    many_logins_from_a_place_share_its_budget_but_for_known_ones),
		test(attacked_login_gives_new_places_one_try),
		test(network_of_ipv6_is_one_place),
		test(everything_counted_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
