#include "support/decoding.h"
#include "worker/api/no_content.h"

static void
nothing_is_204_without_a_body(void **state)
{
	struct req *r = *state;

	r->out.body = span_text("left over");
	assert_int_equal(api_no_content_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 204);
	assert_int_equal(r->out.body.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(nothing_is_204_without_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
