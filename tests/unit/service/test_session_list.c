#include "common/base/token.h"
#include "support/account.h"
#include "worker/service/seen.h"

/* A request of the session of this token. */
static struct req *
request_of(struct loopback *l, const char *token)
{
	struct req *r = loopback_new(l);
	char digest[DIGEST_TEXT];

	r->authorization = span_text(token);
	assert_true(token_digest(
	    &l->setup.key, r->authorization, &r->session.user_id, digest));
	return r;
}

static enum err
end(struct loopback *l, const char *token, int64_t id)
{
	struct req *r = request_of(l, token);
	enum err err;

	r->path_id = id;
	err = loopback_run(r, service_session_end);
	loopback_free(r);
	return err;
}

static void
list_tells_every_session_and_which_one_asks(void **state)
{
	struct loopback *l = *state;
	char first[TOKEN_TEXT], second[TOKEN_TEXT], other[TOKEN_TEXT];
	struct req *r;

	account_create(l, "ann", "secret");
	account_create(l, "bob", "secret");
	account_login(l, "ann", "secret", first);
	account_login(l, "ann", "secret", second);
	account_login(l, "bob", "secret", other);
	r = request_of(l, first);
	assert_int_equal(loopback_run(r, service_session_list), ERR_OK);
	assert_int_equal(r->row.sessions_len, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct session_row *s = &r->row.sessions[i];

		assert_int_equal(s->is_current, s->id == 1);
		assert_int_equal(s->created_at.len, 20);
		assert_span(s->address, "192.0.2.1");
		assert_int_equal(s->seen_s, 0);
		assert_true(s->expires_s > 0);
	}
	assert_int_equal(r->row.sessions[0].id + r->row.sessions[1].id, 3);
	loopback_free(r);
}

static void
used_session_is_seen_to_the_minute(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	struct req *r;

	l->worker.seen = seen_new();
	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", token);
	r = request_of(l, token);
	service_session_note(r);
	assert_int_equal(loopback_run(r, service_session_list), ERR_OK);
	assert_true(r->row.sessions[0].seen_s > 0);
	assert_int_equal(r->row.sessions[0].seen_s % 60, 0);
	loopback_free(r);
	seen_free(l->worker.seen);
}

static void
ended_session_is_dead_and_the_others_are_not(void **state)
{
	struct loopback *l = *state;
	char first[TOKEN_TEXT], second[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", first);
	account_login(l, "ann", "secret", second);
	assert_int_equal(end(l, second, 1), ERR_OK);
	assert_int_equal(account_session(l, first), ERR_NO_SESSION);
	assert_int_equal(account_session(l, second), ERR_OK);
	assert_int_equal(end(l, second, 1), ERR_NOT_FOUND);
}

static void
session_of_another_user_cannot_be_ended(void **state)
{
	struct loopback *l = *state;
	char ann[TOKEN_TEXT], bob[TOKEN_TEXT];

	account_create(l, "ann", "secret");
	account_create(l, "bob", "secret");
	account_login(l, "ann", "secret", ann);
	account_login(l, "bob", "secret", bob);
	assert_int_equal(end(l, bob, 2), ERR_NOT_FOUND);
	assert_int_equal(end(l, bob, 1), ERR_OK);
	assert_int_equal(account_session(l, ann), ERR_OK);
	assert_int_equal(account_session(l, bob), ERR_NO_SESSION);
}

static void
note_of_an_ended_session_leaves_nothing(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	struct req *r;

	l->worker.seen = seen_new();
	account_create(l, "ann", "secret");
	account_login(l, "ann", "secret", token);
	assert_int_equal(end(l, token, 1), ERR_OK);
	r = request_of(l, token);
	service_session_note(r);
	assert_int_equal(loopback_run(r, service_session_list), ERR_OK);
	assert_int_equal(r->row.sessions_len, 0);
	loopback_free(r);
	assert_string_equal(
	    redis_process_ask(&l->server, "EXISTS {user:1}:seen"), "0");
	seen_free(l->worker.seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(list_tells_every_session_and_which_one_asks),
		test(used_session_is_seen_to_the_minute),
		test(ended_session_is_dead_and_the_others_are_not),
		test(session_of_another_user_cannot_be_ended),
		test(note_of_an_ended_session_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
