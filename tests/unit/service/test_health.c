#include "support/account.h"
#include "worker/service/health.h"

static enum err
run(struct loopback *l, req_step *step)
{
	struct req *r = loopback_new(l);
	enum err err = loopback_run(r, step);

	loopback_free(r);
	return err;
}

static void
hello_echo_and_live_need_nothing(void **state)
{
	struct loopback *l = *state;

	redis_process_kill(&l->server);
	assert_int_equal(run(l, service_hello), ERR_OK);
	assert_int_equal(run(l, service_echo), ERR_OK);
	assert_int_equal(run(l, service_live), ERR_OK);
}

static void
ready_while_redis_answers(void **state)
{
	struct loopback *l = *state;

	l->config.redis_timeout_ms = 200;
	assert_int_equal(run(l, service_ready), ERR_OK);
	redis_process_kill(&l->server);
	assert_int_equal(run(l, service_ready), ERR_STORE_DOWN);
}

static void
not_ready_while_draining(void **state)
{
	struct loopback *l = *state;

	l->worker.is_draining = true;
	assert_int_equal(run(l, service_ready), ERR_DRAINING);
	assert_int_equal(run(l, service_live), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(hello_echo_and_live_need_nothing),
		test(ready_while_redis_answers),
		test(not_ready_while_draining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
