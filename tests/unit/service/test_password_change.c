#include "common/base/token.h"
#include "support/account.h"

static enum err
change(struct loopback *l, const char *token, const char *current,
    const char *password)
{
	struct req *r = loopback_new(l);
	enum err err;

	assert_true(token_digest(&l->setup.key, span_text(token),
	    &r->session.user_id, r->session.digest));
	r->in.current_password = span_text(current);
	r->in.password = span_text(password);
	err = loopback_run(r, service_user_patch);
	loopback_free(r);
	return err;
}

static void
new_password_takes_the_place_of_the_old_one(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "old");
	account_login(l, "ann", "old", token);
	assert_int_equal(change(l, token, "old", "new"), ERR_OK);
	assert_int_equal(
	    account_try_login(l, "ann", "old", token), ERR_WRONG_CREDENTIALS);
	account_login(l, "ann", "new", token);
}

static void
all_other_sessions_end(void **state)
{
	struct loopback *l = *state;
	char mine[TOKEN_TEXT], other[TOKEN_TEXT], bobs[TOKEN_TEXT];

	account_create(l, "ann", "old");
	account_create(l, "bob", "old");
	account_login(l, "ann", "old", mine);
	account_login(l, "ann", "old", other);
	account_login(l, "bob", "old", bobs);
	assert_int_equal(change(l, mine, "old", "new"), ERR_OK);
	assert_int_equal(account_session(l, mine), ERR_OK);
	assert_int_equal(account_session(l, other), ERR_NO_SESSION);
	assert_int_equal(account_session(l, bobs), ERR_OK);
}

static void
wrong_current_password_changes_nothing(void **state)
{
	struct loopback *l = *state;
	char mine[TOKEN_TEXT], other[TOKEN_TEXT];

	account_create(l, "ann", "old");
	account_login(l, "ann", "old", mine);
	account_login(l, "ann", "old", other);
	assert_int_equal(change(l, mine, "wrong", "new"), ERR_INVALID);
	assert_int_equal(account_session(l, other), ERR_OK);
	account_login(l, "ann", "old", other);
}

static void
names_change_together_with_the_password(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];
	struct req *r = loopback_new(l);

	account_create(l, "ann", "old");
	account_login(l, "ann", "old", token);
	assert_true(token_digest(&l->setup.key, span_text(token),
	    &r->session.user_id, r->session.digest));
	r->in.current_password = span_text("old");
	r->in.password = span_text("new");
	r->in.last_name = span_text("Lee");
	assert_int_equal(loopback_run(r, service_user_patch), ERR_OK);
	assert_span(r->row.user.first_name, "First");
	assert_span(r->row.user.last_name, "Lee");
	loopback_free(r);
}

static void
user_deleted_meanwhile_has_no_session_any_more(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT];

	account_create(l, "ann", "old");
	account_login(l, "ann", "old", token);
	redis_process_ask(&l->server, "DEL {user:1}");
	assert_int_equal(change(l, token, "old", "new"), ERR_NO_SESSION);
}

/* Hashing takes its time: the token may have been revoked meanwhile. */
static void
session_ended_meanwhile_changes_nothing(void **state)
{
	struct loopback *l = *state;
	char mine[TOKEN_TEXT], other[TOKEN_TEXT];
	struct req *r = loopback_new(l);

	account_create(l, "ann", "old");
	account_login(l, "ann", "old", mine);
	account_login(l, "ann", "old", other);
	assert_true(token_digest(&l->setup.key, span_text(mine),
	    &r->session.user_id, r->session.digest));
	assert_int_equal(loopback_run(r, service_logout), ERR_OK);
	loopback_free(r);
	assert_int_equal(change(l, mine, "old", "new"), ERR_OVERLOAD);
	assert_int_equal(account_session(l, other), ERR_OK);
	account_login(l, "ann", "old", other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(new_password_takes_the_place_of_the_old_one),
		test(all_other_sessions_end),
		test(wrong_current_password_changes_nothing),
		test(names_change_together_with_the_password),
		test(user_deleted_meanwhile_has_no_session_any_more),
		test(session_ended_meanwhile_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
