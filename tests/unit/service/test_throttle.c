#include "support/account.h"

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
