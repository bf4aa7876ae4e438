/* Requests and the reads of the current generation that they share. */
#include "worker/store/segments/current.h"

#include "support/loopback.h"
#include "worker/store/copies/copies.h"
#include "worker/store/redis/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum req_state
read_generation(struct req *r)
{
	return store_generation(r, &r->row.parse.generation, req_done);
}

static enum req_state
ping(struct req *r)
{
	store_generation_early(r);
	return store_ping(r, read_generation);
}

/* How often Redis was asked for a field of a hash. */
static long
reads(struct loopback *l)
{
	const char *text = redis_process_ask(&l->server, "INFO commandstats");
	const char *at = strstr(text, "cmdstat_hget:calls=");

	return at ? atol(at + strlen("cmdstat_hget:calls=")) : 0;
}

static int
open_without_copies(void **state)
{
	struct loopback *l;

	loopback_open(state);
	l = *state;
	current_close(l->worker.current);
	copies_close(l->worker.copies);
	l->config.local_copies = 0;
	l->worker.copies = copies_open(&l->worker);
	l->worker.current = current_open(&l->worker);
	assert_non_null(l->worker.copies);
	assert_non_null(l->worker.current);
	loopback_wait_up(l);
	return 0;
}

static void
assert_generation(struct req *r, const char *name)
{
	assert_int_equal(loopback_wait(r), ERR_OK);
	assert_true(span_is_equal(r->row.parse.generation, span_text(name)));
	loopback_free(r);
}

static void
requests_of_one_pass_share_a_read(void **state)
{
	struct loopback *l = *state;
	struct req *r[5];
	long before;

	redis_process_ask(&l->server, "HSET {logs}:manifest generation 1-a");
	before = reads(l);
	for (int i = 0; i < 5; i++) {
		r[i] = loopback_new(l);
		loopback_start(r[i], i % 2 ? read_generation : ping);
	}
	for (int i = 0; i < 5; i++)
		assert_generation(r[i], "1-a");
	assert_int_equal(reads(l), before + 1);
	/* Whoever comes later reads anew. */
	redis_process_ask(&l->server, "HSET {logs}:manifest generation 2-b");
	for (int i = 0; i < 2; i++) {
		r[i] = loopback_new(l);
		loopback_start(r[i], i % 2 ? read_generation : ping);
		assert_generation(r[i], "2-b");
	}
	assert_int_equal(reads(l), before + 3);
}

static void
a_read_that_failed_is_made_again(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);
	struct req *joined = loopback_new(l);

	redis_process_ask(&l->server, "SET {logs}:manifest x");
	loopback_start(joined, read_generation);
	loopback_start(r, ping);
	assert_int_equal(loopback_wait(joined), ERR_INTERNAL);
	loopback_free(joined);
	assert_int_equal(loopback_wait(r), ERR_INTERNAL);
	loopback_free(r);
	assert_int_equal(reads(l), 2);
	redis_process_ask(&l->server, "DEL {logs}:manifest");
	r = loopback_new(l);
	loopback_start(r, ping);
	assert_generation(r, "");
}

static void
a_lost_connection_answers_all_that_wait(void **state)
{
	struct loopback *l = *state;
	struct req *r[3];

	redis_process_ask(&l->server, "CLIENT PAUSE 10000");
	for (int i = 0; i < 3; i++) {
		r[i] = loopback_new(l);
		loopback_start(r[i], read_generation);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(loopback_wait(r[i]), ERR_STORE_DOWN);
		loopback_free(r[i]);
	}
	redis_process_ask(&l->server, "CLIENT UNPAUSE");
}

#define test(name)                       \
	cmocka_unit_test_setup_teardown( \
	    name, open_without_copies, loopback_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(requests_of_one_pass_share_a_read),
		test(a_read_that_failed_is_made_again),
		test(a_lost_connection_answers_all_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
