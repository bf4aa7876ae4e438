#include "support/account.h"

static void
registration_is_open_unless_closed(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);

	assert_int_equal(service_user_permit_create(r), ERR_OK);
	l->config.registration = "closed";
	assert_int_equal(
	    service_user_permit_create(r), ERR_REGISTRATION_CLOSED);
	loopback_free(r);
}

static void
only_ones_own_user_may_be_changed(void **state)
{
	struct req *r = loopback_new(*state);

	r->session.user_id = 7;
	r->path_id = 7;
	assert_int_equal(service_user_permit_own(r), ERR_OK);
	r->path_id = 8;
	assert_int_equal(service_user_permit_own(r), ERR_FORBIDDEN);
	loopback_free(r);
}

static struct req *
patch(struct loopback *l, int64_t id, const char *first, const char *last)
{
	struct req *r = loopback_new(l);

	r->session.user_id = id;
	r->in.first_name = span_text(first);
	r->in.last_name = span_text(last);
	loopback_run(r, service_user_patch);
	return r;
}

static void
patch_changes_what_was_given_and_shows_all(void **state)
{
	struct loopback *l = *state;
	int64_t id = account_create(l, "ann", "secret");
	struct req *r;

	redis_process_ask(&l->server, "HSET {user:1} update_at old");
	r = patch(l, id, NULL, "Li");
	assert_int_equal(r->out.err, ERR_OK);
	assert_int_equal(r->row.user.id, id);
	assert_span(r->row.user.login, "ann");
	assert_span(r->row.user.first_name, "First");
	assert_span(r->row.user.last_name, "Li");
	assert_false(span_is_equal(r->row.user.update_at, span_text("old")));
	loopback_free(r);
	r = patch(l, id, "An", NULL);
	assert_span(r->row.user.first_name, "An");
	assert_span(r->row.user.last_name, "Li");
	loopback_free(r);
	r = patch(l, id, "x", "y");
	assert_span(r->row.user.first_name, "x");
	assert_span(r->row.user.last_name, "y");
	loopback_free(r);
}

static void
patch_of_a_user_that_is_gone_makes_none(void **state)
{
	struct loopback *l = *state;
	struct req *r = patch(l, 42, "x", "y");

	assert_int_equal(r->out.err, ERR_NO_SESSION);
	assert_string_equal(redis_process_ask(&l->server, "DBSIZE"), "0");
	loopback_free(r);
}

static void
delete_leaves_nothing_of_the_user(void **state)
{
	struct loopback *l = *state;
	char token[TOKEN_TEXT], other[TOKEN_TEXT];
	int64_t id = account_create(l, "ann", "secret");
	struct req *r = loopback_new(l);

	account_login(l, "ann", "secret", token);
	account_login(l, "ann", "secret", other);
	assert_int_equal(account_session(l, token), ERR_OK);
	r->session.user_id = id;
	assert_int_equal(loopback_run(r, service_user_delete), ERR_OK);
	loopback_free(r);
	assert_int_equal(account_session(l, token), ERR_NO_SESSION);
	assert_int_equal(account_session(l, other), ERR_NO_SESSION);
	/* Where somebody logged in is remembered, and expires. */
	assert_string_equal(
	    redis_process_ask(&l->server, "KEYS [^t]*"), "users:next");
	assert_int_not_equal(account_create(l, "ann", "secret"), id);
}

static void
delete_does_not_release_a_login_that_is_anothers(void **state)
{
	struct loopback *l = *state;
	int64_t id = account_create(l, "ann", "secret");
	struct req *r = loopback_new(l);

	redis_process_ask(&l->server, "SET login:ann 77");
	r->session.user_id = id;
	assert_int_equal(loopback_run(r, service_user_delete), ERR_OK);
	assert_string_equal(
	    redis_process_ask(&l->server, "GET login:ann"), "77");
	loopback_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(registration_is_open_unless_closed),
		test(only_ones_own_user_may_be_changed),
		test(patch_changes_what_was_given_and_shows_all),
		test(patch_of_a_user_that_is_gone_makes_none),
		test(delete_leaves_nothing_of_the_user),
		test(delete_does_not_release_a_login_that_is_anothers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
