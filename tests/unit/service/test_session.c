#include "support/account.h"
#include "worker/service/user.h"

static enum err
ask(struct loopback *l, const char *scheme, const char *token)
{
	char text[128];

	snprintf(text, sizeof(text), "%s%s", scheme, token);
	return account_session(l, text);
}

static void
token_names_its_user_in_each_form(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	struct req *r = loopback_new(l);
	int64_t id = account_create(l, "ann", "secret");

	account_login(l, "ann", "secret", token);
	r->authorization = span_text(token);
	assert_int_equal(loopback_run(r, account_ask_session), ERR_OK);
	assert_int_equal(r->session.user_id, id);
	loopback_free(r);
	assert_int_equal(ask(l, "Bearer ", token), ERR_OK);
	assert_int_equal(ask(l, "bEARER  ", token), ERR_OK);
}

static void
everything_else_is_no_session(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", token);
	assert_int_equal(ask(l, "", ""), ERR_NO_SESSION);
	assert_int_equal(ask(l, "", "Bearer "), ERR_NO_SESSION);
	assert_int_equal(ask(l, "Basic ", token), ERR_NO_SESSION);
	assert_int_equal(ask(l, "Bearer", token), ERR_NO_SESSION);
	assert_int_equal(ask(l, "Bearer=", token), ERR_NO_SESSION);
	assert_int_equal(ask(l, "1", token), ERR_NO_SESSION);
	token[10] = token[10] == 'a' ? 'b' : 'a';
	assert_int_equal(ask(l, "", token), ERR_NO_SESSION);
}

static void
expired_session_is_none(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", token);
	redis_process_ask(&l->server, "EVAL %s 0",
	    "redis.call('EXPIREAT', redis.call('KEYS', '*:session:*')[1], "
	    "'1000')");
	assert_int_equal(account_session(l, token), ERR_NO_SESSION);
}

static void
logout_ends_this_session_only(void **state)
{
	struct loopback *l = *state;
	char one[TOKEN_TEXT], two[TOKEN_TEXT];
	struct req *r = loopback_new(l);

	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", one);
	account_login(l, "ann", "secret", two);
	r->authorization = span_text(one);
	assert_int_equal(loopback_run(r, account_ask_session), ERR_OK);
	assert_int_equal(loopback_run(r, service_logout), ERR_OK);
	assert_int_equal(account_session(l, one), ERR_NO_SESSION);
	assert_int_equal(account_session(l, two), ERR_OK);
	assert_string_equal(
	    redis_process_ask(&l->server, "ZCARD {user:1}:sessions"), "1");
	loopback_free(r);
}

static void
logout_of_all_ends_every_session_of_this_user(void **state)
{
	struct loopback *l = *state;
	char one[TOKEN_TEXT], two[TOKEN_TEXT], bob[TOKEN_TEXT];
	struct req *r = loopback_new(l);

	account_create(l, "ann", "secret");
	account_create(l, "bob", "secret");
	account_login(l, "ann", "secret", one);
	account_login(l, "ann", "secret", two);
	account_login(l, "bob", "secret", bob);
	r->authorization = span_text(one);
	assert_int_equal(loopback_run(r, account_ask_session), ERR_OK);
	r->in.all = true;
	assert_int_equal(loopback_run(r, service_logout), ERR_OK);
	assert_int_equal(account_session(l, one), ERR_NO_SESSION);
	assert_int_equal(account_session(l, two), ERR_NO_SESSION);
	assert_int_equal(account_session(l, bob), ERR_OK);
	loopback_free(r);
}

static uint64_t
revocations(const struct loopback *l)
{
	const struct shared *shared = l->setup.shared;
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(shared->epoch) / sizeof(shared->epoch[0]);
	     i++)
		sum += shared->epoch[i];
	return sum;
}

/* On every worker of this host, whatever Redis tells them and when. */
static void
whatever_ends_a_session_revokes_its_copies(void **state)
{
	static const struct {
		const char *login;
		req_step *step;
		bool all;
	} ways[] = {
		{ "by itself", service_logout, false },
		{ "all of them", service_logout, true },
		{ "by its number", service_session_end, false },
		{ "by a new password", service_user_patch, false },
		{ "with its user", service_user_delete, false },
		/* The oldest may make room. */
		{ "by a log-in", service_login, false },
	};
	struct loopback *l = *state;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct req *r = account_request(l, ways[i].login, "secret");
		char token[TOKEN_TEXT];
		uint64_t before;

		account_create(l, ways[i].login, "secret");
		account_login(l, ways[i].login, "secret", token);
		r->authorization = span_text(token);
		assert_int_equal(loopback_run(r, account_ask_session), ERR_OK);
		r->in.all = ways[i].all;
		r->in.current_password = span_text("secret");
		r->path_id = 1;
		before = revocations(l);
		assert_int_equal(loopback_run(r, ways[i].step), ERR_OK);
		if (revocations(l) == before)
			fail_msg("%s: not revoked", ways[i].login);
		loopback_free(r);
	}
}

static bool
is_at_hand(struct loopback *l, const char *token)
{
	return service_session_is_at_hand(&l->worker, span_text(token));
}

/* It is read, kept, and noted in this minute; another may begin meanwhile. */
static void
session_is_at_hand_until_it_ends(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	struct req *r = loopback_new(l);

	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", token);
	assert_false(is_at_hand(l, token));
	for (int i = 0; i < 10000 && !is_at_hand(l, token); i++)
		assert_int_equal(account_session(l, token), ERR_OK);
	assert_true(is_at_hand(l, token));
	assert_false(is_at_hand(l, "1"));
	r->authorization = span_text(token);
	assert_int_equal(loopback_run(r, account_ask_session), ERR_OK);
	assert_int_equal(loopback_run(r, service_logout), ERR_OK);
	assert_false(is_at_hand(l, token));
	loopback_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(token_names_its_user_in_each_form),
		test(everything_else_is_no_session),
		test(expired_session_is_none),
		test(logout_ends_this_session_only),
		test(logout_of_all_ends_every_session_of_this_user),
		test(whatever_ends_a_session_revokes_its_copies),
		test(session_is_at_hand_until_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
