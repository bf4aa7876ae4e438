#include "support/decoding.h"
#include "support/failing_memory.h"
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

/* Whichever of the allocations fails; that none of them is lost is seen at the end
 * of the program. */
static void
without_memory_there_is_no_list_and_nothing_is_lost(void **state)
{
	struct session_row row = { .id = 7,
		.created_at = span_text("2026-01-31T09:00:00Z"),
		.expires_s = 1,
		.seen_s = 60,
		.address = span_text("127.0.0.1"),
		.agent = span_text("curl") };
	struct req *r = *state;
	bool is_failing = true;

	for (int n = 0; is_failing; n++) {
		enum err e;

		decoding_reset(r);
		r->row.sessions = &row;
		r->row.sessions_len = 1;
		failing_memory_begin(n);
		e = api_sessions_encode(r);
		is_failing = failing_memory_end();
		if (e == ERR_OK)
			assert_span(r->out.body,
			    "[{\"id\":7,\"created_at\":\"2026-01-31T09:00:"
			    "00Z\","
			    "\"last_seen_at\":\"1970-01-01T00:01:00Z\","
			    "\"expires_at\":\"1970-01-01T00:00:01Z\","
			    "\"address\":\"127.0.0.1\",\"user_agent\":\"curl\","
			    "\"is_current\":false}]");
		else
			assert_int_equal(e, ERR_NO_MEMORY);
	}
	assert_int_equal(r->out.status, 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(login_needs_login_and_password),
		test(token_is_shown_under_the_header_it_goes_into),
		test(logout_is_of_one_unless_all_is_true),
		test(without_memory_there_is_no_list_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
