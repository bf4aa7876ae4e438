#include "support/decoding.h"
#include "worker/api/health.h"

static void
health_is_said_in_json(void **state)
{
	struct req *r = *state;

	assert_int_equal(api_live_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 200);
	assert_span(r->out.body, "{\"status\":\"live\"}");
	assert_int_equal(api_ready_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 200);
	assert_span(r->out.body, "{\"status\":\"ready\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(health_is_said_in_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
