#include "support/decoding.h"
#include "worker/api/user.h"

static void
user_is_read_and_unknown_fields_are_ignored(void **state)
{
	struct req *r = *state;

	decoding_body(r,
	    "{\"login\":\"ann\",\"password\":\"p w\",\"first_name\":\"A\","
	    "\"last_name\":\"\xd0\x91\",\"is_admin\":true}");
	assert_int_equal(api_user_decode(r), ERR_OK);
	assert_span(r->in.login, "ann");
	assert_span(r->in.password, "p w");
	assert_span(r->in.first_name, "A");
	assert_span(r->in.last_name, "\xd0\x91");
}

static void
all_wrong_fields_are_told_at_once(void **state)
{
	struct req *r = *state;

	decoding_body(
	    r, "{\"login\":7,\"password\":\"\",\"last_name\":\"a\\u0001\"}");
	assert_int_equal(api_user_decode(r), ERR_INVALID);
	assert_string_equal(decoding_errors(r),
	    "login: Not a valid string.; "
	    "password: Length must be between 1 and 1024 bytes.; "
	    "first_name: Missing data for required field.; "
	    "last_name: Control characters are not allowed.");
}

static void
content_type_comes_before_the_body(void **state)
{
	struct req *r = *state;

	decoding_body(r, "not json");
	r->content_type = span_of(NULL, 0);
	assert_int_equal(api_user_decode(r), ERR_NOT_JSON);
	assert_int_equal(api_user_patch_decode(r), ERR_NOT_JSON);
}

static void
patch_takes_one_or_both(void **state)
{
	struct req *r = *state;

	decoding_body(r, "{\"first_name\":\"A\"}");
	assert_int_equal(api_user_patch_decode(r), ERR_OK);
	assert_non_null(r->in.first_name.data);
	assert_null(r->in.last_name.data);
	decoding_body(r, "{\"last_name\":\"B\",\"login\":\"eve\"}");
	assert_int_equal(api_user_patch_decode(r), ERR_OK);
	assert_span(r->in.last_name, "B");
	assert_null(r->in.login.data);
	decoding_body(r, "{\"first_name\":\"A\",\"last_name\":\"B\"}");
	assert_int_equal(api_user_patch_decode(r), ERR_OK);
	assert_true(r->in.first_name.data && r->in.last_name.data);
}

static void
patch_of_nothing_is_refused(void **state)
{
	struct req *r = *state;

	decoding_body(r, "{\"login\":\"eve\"}");
	assert_int_equal(api_user_patch_decode(r), ERR_INVALID);
	decoding_body(r, "{\"first_name\":null}");
	assert_int_equal(api_user_patch_decode(r), ERR_INVALID);
	assert_string_equal(
	    decoding_errors(r), "first_name: Not a valid string.");
}

static void
list_is_paged_when_asked_for(void **state)
{
	struct req *r = *state;

	assert_int_equal(api_users_decode(r), ERR_OK);
	assert_false(r->in.is_paged);
	r->query = span_text("limit=7");
	assert_int_equal(api_users_decode(r), ERR_OK);
	assert_true(r->in.is_paged);
	assert_int_equal(r->in.limit, 7);
	assert_int_equal(r->in.after, 0);
	r->query = span_text("after=41");
	assert_int_equal(api_users_decode(r), ERR_OK);
	assert_true(r->in.is_paged);
	assert_int_equal(r->in.limit, 100);
	assert_int_equal(r->in.after, 41);
	r->query = span_text("limit=0&after=x");
	assert_int_equal(api_users_decode(r), ERR_INVALID);
	assert_int_equal(r->out.errors_len, 2);
}

static struct user
ann(int64_t id)
{
	return (struct user){ .id = id,
		.login = span_text("ann"),
		.first_name = span_text("A\"n"),
		.last_name = span_text("\xd0\x91"),
		.created_at = span_text("2026-01-31T09:00:00Z"),
		.update_at = span_text("2026-02-01T09:00:00Z"),
		.password_hash = span_text("$argon2id$secret") };
}

#define ANN                                             \
	",\"login\":\"ann\",\"first_name\":\"A\\\"n\"," \
	"\"last_name\":\"\xd0\x91\","                   \
	"\"created_at\":\"2026-01-31T09:00:00Z\","      \
	"\"update_at\":\"2026-02-01T09:00:00Z\"}"

static void
user_is_shown_without_password(void **state)
{
	struct req *r = *state;

	r->row.user = ann(7);
	assert_int_equal(api_user_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 200);
	assert_span(r->out.body, "{\"id\":7" ANN);
	assert_int_equal(api_user_created_encode(r), ERR_OK);
	assert_string_equal(r->out.location, "/user/7");
	assert_int_equal(r->out.status, 201);
	assert_span(r->out.body, "{\"id\":7" ANN);
}

static void
users_are_an_array_with_a_link_to_more(void **state)
{
	struct req *r = *state;
	struct user users[] = { ann(7), ann(9) };

	assert_int_equal(api_users_encode(r), ERR_OK);
	assert_span(r->out.body, "[]");
	assert_null(r->out.link);
	r->row.users = users;
	r->row.users_len = 2;
	r->row.has_more_users = true;
	r->in.limit = 2;
	assert_int_equal(api_users_encode(r), ERR_OK);
	assert_span(r->out.body, "[{\"id\":7" ANN ",{\"id\":9" ANN "]");
	assert_string_equal(
	    r->out.link, "</user/all?limit=2&after=9>; rel=\"next\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(user_is_read_and_unknown_fields_are_ignored),
		test(all_wrong_fields_are_told_at_once),
		test(content_type_comes_before_the_body),
		test(patch_takes_one_or_both),
		test(patch_of_nothing_is_refused),
		test(list_is_paged_when_asked_for),
		test(user_is_shown_without_password),
		test(users_are_an_array_with_a_link_to_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
