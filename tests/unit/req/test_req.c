/* A chain of steps, run without transport: the test is who waits for the end. */
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/pool.h"
#include "worker/req.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Whatever is not NULL is a client, as far as steps are concerned. */
static char client;

static int ends;  /* calls of on_done */
static int steps; /* steps that ran */

static void
on_done(struct req *r)
{
	assert_null(r->next);
	ends++;
}

static void
begin(struct req *r)
{
	memset(r, 0, sizeof(*r));
	r->conn = (struct conn *)(void *)&client;
	r->on_done = on_done;
	ends = steps = 0;
}

static enum req_state
last(struct req *r)
{
	steps++;
	return req_done(r);
}

static enum req_state
wait_once(struct req *r)
{
	steps++;
	return req_wait(r, last);
}

static enum req_state
wait_twice(struct req *r)
{
	steps++;
	return req_wait(r, wait_once);
}

static enum req_state
busy(struct req *r)
{
	return req_fail(r, ERR_LOGIN_BUSY);
}

static enum req_state
refuse(struct req *r)
{
	return req_refuse(r, ERR_BAD_PARAMETER, "%s is not %d", "limit", 7);
}

static enum req_state
refuse_at_length(struct req *r)
{
	static char words[4000];

	memset(words, 'w', sizeof(words) - 1);
	return req_refuse(r, ERR_NO_CATEGORY, "%s", words);
}

static void
a_step_that_is_done_ends_the_request(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	req_start(&r, last);
	assert_int_equal(ends, 1);
	assert_int_equal(r.out.err, ERR_OK);
}

static void
a_waiting_step_is_followed_by_its_next(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	req_start(&r, wait_twice);
	assert_int_equal(ends, 0);
	req_resume(&r, ERR_OK);
	assert_int_equal(ends, 0);
	req_resume(&r, ERR_OK);
	assert_int_equal(ends, 1);
	assert_int_equal(steps, 3);
}

static void
an_error_skips_the_remaining_steps(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	req_start(&r, wait_twice);
	req_resume(&r, ERR_STORE_DOWN);
	assert_int_equal(ends, 1);
	assert_int_equal(steps, 1);
	assert_int_equal(r.out.err, ERR_STORE_DOWN);
	assert_int_equal(r.out.status, 503);
	assert_int_equal(r.out.retry_after_s, 1);
}

static void
a_step_may_fail_by_itself(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	req_start(&r, busy);
	assert_int_equal(ends, 1);
	assert_int_equal(r.out.status, 409);
	assert_int_equal(r.out.retry_after_s, 0);
}

static void
a_refusal_has_words_of_its_own_of_any_length(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	req_start(&r, refuse);
	assert_string_equal(r.out.detail, "limit is not 7");
	arena_reset(&r.arena);
	begin(&r);
	req_start(&r, refuse_at_length);
	assert_int_equal(strlen(r.out.detail), 3999);
	arena_reset(&r.arena);
}

static void
no_step_runs_for_a_client_that_is_gone(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	req_start(&r, wait_twice);
	r.conn = NULL;
	req_resume(&r, ERR_OK);
	assert_int_equal(ends, 1);
	assert_int_equal(steps, 1);
}

static void
fields_of_a_400_are_kept_up_to_their_limit(void **state)
{
	struct req r;

	(void)state;
	begin(&r);
	for (int i = 0; i < FIELD_ERRORS_MAX + 3; i++)
		req_field_error(&r, "login", "Missing");
	assert_int_equal(r.out.errors_len, FIELD_ERRORS_MAX);
	assert_string_equal(r.out.errors[FIELD_ERRORS_MAX - 1].field, "login");
}

static int sum; /* of add(); read after it has been called */

static void
add(void *arg)
{
	sum += *(int *)arg;
}

static enum req_state
offload(struct req *r)
{
	static int seven = 7;

	steps++;
	return req_offload(r, add, &seven, last);
}

/* A worker with a hashing pool, and requests to it. */
enum { REQUESTS = 3 };
struct hashing {
	uv_loop_t loop;
	struct config config;
	struct worker_setup setup;
	struct worker worker;
	struct req r[REQUESTS];
};

static void
hashing_open(struct hashing *h, size_t queue_limit)
{
	*h = (struct hashing){ .config.hash_timeout_ms = 20000 };
	uv_loop_init(&h->loop);
	h->setup = (struct worker_setup){ .config = &h->config,
		.shared = shared_new(1) };
	h->worker = (struct worker){ .setup = &h->setup, .loop = &h->loop };
	h->worker.hash_pool = req_hash_pool_new(&h->worker, 1, queue_limit, 0);
	for (int i = 0; i < REQUESTS; i++) {
		begin(&h->r[i]);
		h->r[i].worker = &h->worker;
	}
	sum = 0;
}

static void
hashing_wait(struct hashing *h, int wanted)
{
	while (ends < wanted)
		uv_run(&h->loop, UV_RUN_ONCE);
}

static void
hashing_close(struct hashing *h)
{
	pool_close(h->worker.hash_pool);
	uv_run(&h->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&h->loop), 0);
	shared_free(h->setup.shared);
	for (int i = 0; i < REQUESTS; i++)
		arena_reset(&h->r[i].arena);
}

static void
work_is_done_on_the_hashing_pool(void **state)
{
	struct hashing h;

	(void)state;
	hashing_open(&h, 2);
	for (int i = 0; i < 3; i++)
		req_start(&h.r[i], offload);
	h.r[1].conn = NULL; /* its work is done, its next step is not run */
	hashing_wait(&h, 3);
	assert_int_equal(sum, 21);
	assert_int_equal(steps, 3 + 2);
	hashing_close(&h);
}

static void
count(void *arg)
{
	++*(int *)arg;
}

static void
what_lasts_stays_over_a_piece_and_ends_with_the_request(void **state)
{
	struct req r;
	int pieces = 0, lasted = 0;

	(void)state;
	begin(&r);
	r.lasting = &lasted;
	r.end_lasting = count;
	assert_int_equal(arena_on_reset(&r.arena, count, &pieces), 0);
	req_renew(&r);
	assert_int_equal(pieces, 1);
	assert_int_equal(lasted, 0);
	req_cleanup(&r);
	req_cleanup(&r);
	assert_int_equal(lasted, 1);
}

static uv_sem_t gate;

static void
wait_at_gate(void *arg)
{
	(void)arg;
	uv_sem_wait(&gate);
}

static enum req_state
offload_wait(struct req *r)
{
	return req_offload(r, wait_at_gate, NULL, last);
}

static void
a_full_hashing_pool_is_overload(void **state)
{
	struct hashing h;

	(void)state;
	hashing_open(&h, 0);
	uv_sem_init(&gate, 0);
	req_start(&h.r[0], offload_wait);
	req_start(&h.r[1], offload_wait);
	assert_int_equal(ends, 1);
	assert_int_equal(h.r[1].out.err, ERR_OVERLOAD);
	assert_int_equal(h.r[1].out.retry_after_s, 1);
	uv_sem_post(&gate);
	hashing_wait(&h, 2);
	assert_int_equal(h.r[0].out.err, ERR_OK);
	hashing_close(&h);
	uv_sem_destroy(&gate);
}

static enum req_state
reserve_and_wait(struct req *r)
{
	if (!req_reserve_offload(r))
		return req_fail(r, ERR_OVERLOAD);
	return req_wait(r, offload);
}

static void
a_reserved_place_is_kept_until_the_request_ends(void **state)
{
	struct hashing h;
	struct req *r = h.r;

	(void)state;
	hashing_open(&h, 0);
	req_start(&r[0], reserve_and_wait);
	req_start(&r[1], reserve_and_wait);
	req_start(&r[2], offload);
	assert_int_equal(r[1].out.err, ERR_OVERLOAD);
	assert_int_equal(r[2].out.err, ERR_OVERLOAD);
	req_resume(&r[0], ERR_STORE_DOWN);
	assert_int_equal(ends, 3);
	req_start(&r[1], reserve_and_wait);
	req_resume(&r[1], ERR_OK);
	hashing_wait(&h, 4);
	assert_int_equal(sum, 7);
	r[2].conn = (struct conn *)(void *)&client;
	req_start(&r[2], reserve_and_wait);
	r[2].conn = NULL;
	req_resume(&r[2], ERR_OK);
	assert_int_equal(ends, 5);
	assert_true(pool_reserve(h.worker.hash_pool));
	hashing_close(&h);
}

static void
nobody_works_for_a_client_that_is_gone(void **state)
{
	struct hashing h;

	(void)state;
	hashing_open(&h, 1);
	uv_sem_init(&gate, 0);
	req_start(&h.r[0], offload_wait);
	req_start(&h.r[1], offload);
	h.r[1].conn = NULL;
	atomic_store(&h.r[1].is_abandoned, true);
	uv_sem_post(&gate);
	hashing_wait(&h, 2);
	assert_int_equal(sum, 0);
	hashing_close(&h);
	uv_sem_destroy(&gate);
}

static void
a_slot_that_nobody_gives_back_is_overload(void **state)
{
	struct hashing h;
	int taken;

	(void)state;
	hashing_open(&h, 0);
	h.config.hash_timeout_ms = 1;
	taken = slots_take(&h.setup.shared->hashing, 0);
	req_start(&h.r[0], offload_wait);
	hashing_wait(&h, 1);
	assert_int_equal(h.r[0].out.err, ERR_OVERLOAD);
	assert_int_equal(h.r[0].out.retry_after_s, 1);
	slots_give(&h.setup.shared->hashing, taken);
	hashing_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_is_done_ends_the_request),
		cmocka_unit_test(a_waiting_step_is_followed_by_its_next),
		cmocka_unit_test(an_error_skips_the_remaining_steps),
		cmocka_unit_test(a_step_may_fail_by_itself),
		cmocka_unit_test(a_refusal_has_words_of_its_own_of_any_length),
		cmocka_unit_test(no_step_runs_for_a_client_that_is_gone),
		cmocka_unit_test(fields_of_a_400_are_kept_up_to_their_limit),
		cmocka_unit_test(work_is_done_on_the_hashing_pool),
		cmocka_unit_test(
		    what_lasts_stays_over_a_piece_and_ends_with_the_request),
		cmocka_unit_test(a_full_hashing_pool_is_overload),
		cmocka_unit_test(
		    a_reserved_place_is_kept_until_the_request_ends),
		cmocka_unit_test(nobody_works_for_a_client_that_is_gone),
		cmocka_unit_test(a_slot_that_nobody_gives_back_is_overload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
