#include "support/decoding.h"
#include "worker/api/session.h"

static void
login_needs_login_and_password(void **state)
{
	struct req *r = *state;

	decoding_body(r, "{\"login\":\"ann\",\"password\":\"p\"}");
	assert_int_equal(api_login_decode(r), ERR_OK);
	assert_span(r->in.login, "ann");
	assert_span(r->in.password, "p");
	decoding_body(r, "{}");
	assert_int_equal(api_login_decode(r), ERR_INVALID);
	assert_string_equal(decoding_errors(r),
	    "login: Missing data for required field.; "
	    "password: Missing data for required field.");
}

static void
token_is_shown_under_the_header_it_goes_into(void **state)
{
	struct req *r = *state;

	strcpy(r->row.token, "1.abc-_");
	assert_int_equal(api_token_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 200);
	assert_span(r->out.body, "{\"Authorization\":\"1.abc-_\"}");
}

static void
logout_is_of_one_unless_all_is_true(void **state)
{
	struct req *r = *state;

	assert_int_equal(api_logout_decode(r), ERR_OK);
	assert_false(r->in.all);
	r->query = span_text("all=true");
	assert_int_equal(api_logout_decode(r), ERR_OK);
	assert_true(r->in.all);
	r->query = span_text("all=perhaps");
	assert_int_equal(api_logout_decode(r), ERR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(login_needs_login_and_password),
		test(token_is_shown_under_the_header_it_goes_into),
		test(logout_is_of_one_unless_all_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
