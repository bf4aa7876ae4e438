/* A real loop and a real pool. */
#include "worker/ingest/trimmer.h"

#include "worker/ingest/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uv_sem_t begun, may_end;

/* In place of the usual one, which is as slow as there is much to give. */
void
heap_give_back(void)
{
	uv_sem_post(&begun);
	uv_sem_wait(&may_end);
}

struct idle_worker {
	uv_loop_t loop;
	struct pool *pool;
	struct trimmer trimmer;
	bool is_closed;
};

static int
setup(void **state)
{
	static struct idle_worker w;

	w.is_closed = false;
	uv_sem_init(&begun, 0);
	uv_sem_init(&may_end, 0);
	uv_loop_init(&w.loop);
	w.pool = pool_new(&w.loop, 2, 64, 0);
	assert_non_null(w.pool);
	trimmer_init(&w.trimmer, &w.loop, w.pool);
	*state = &w;
	return 0;
}

static void
on_closed(void *arg)
{
	((struct idle_worker *)arg)->is_closed = true;
}

static int
teardown(void **state)
{
	struct idle_worker *w = *state;

	if (!w->is_closed)
		trimmer_close(&w->trimmer, on_closed, w);
	pool_close(w->pool);
	for (int i = 0; i < 2; i++) /* a test that failed may have left them */
		uv_sem_post(&may_end);
	assert_int_equal(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	assert_true(w->is_closed);
	uv_sem_destroy(&begun);
	uv_sem_destroy(&may_end);
	return 0;
}

static bool
is_due(const struct idle_worker *w)
{
	return uv_is_active((const uv_handle_t *)&w->trimmer.timer);
}

static void
work_and_rest(struct idle_worker *w)
{
	trimmer_work(&w->trimmer);
	trimmer_rest(&w->trimmer);
	assert_true(is_due(w));
	while (is_due(w))
		uv_run(&w->loop, UV_RUN_ONCE);
}

static void
end_trimming(struct idle_worker *w)
{
	uv_sem_post(&may_end);
	while (w->trimmer.is_trimming)
		uv_run(&w->loop, UV_RUN_ONCE);
}

static void
after_work_the_heap_is_given_back_once(void **state)
{
	struct idle_worker *w = *state;

	work_and_rest(w);
	assert_true(w->trimmer.is_trimming);
	uv_sem_wait(&begun);
	end_trimming(w);
	trimmer_rest(&w->trimmer);
	assert_false(is_due(w));
}

static void
without_work_nothing_is_given_back(void **state)
{
	struct idle_worker *w = *state;

	trimmer_rest(&w->trimmer);
	assert_false(is_due(w));
}

static void
a_task_that_begins_puts_it_off(void **state)
{
	struct idle_worker *w = *state;

	trimmer_work(&w->trimmer);
	trimmer_rest(&w->trimmer);
	trimmer_work(&w->trimmer);
	assert_false(is_due(w));
	trimmer_rest(&w->trimmer);
	assert_true(is_due(w));
}

/* The heap is still being given back when it is time to do so again. */
static void
what_the_pool_has_is_not_started_again(void **state)
{
	struct idle_worker *w = *state;

	work_and_rest(w);
	uv_sem_wait(&begun);
	work_and_rest(w);
	assert_true(w->trimmer.has_work); /* still to be given back */
	end_trimming(w);
	assert_int_equal(uv_sem_trywait(&begun), UV_EAGAIN);
	work_and_rest(w);
	uv_sem_wait(&begun);
	end_trimming(w);
}

static void
it_is_closed_when_the_pool_has_let_go(void **state)
{
	struct idle_worker *w = *state;

	work_and_rest(w);
	uv_sem_wait(&begun);
	trimmer_close(&w->trimmer, on_closed, w);
	uv_run(&w->loop, UV_RUN_NOWAIT);
	uv_run(&w->loop, UV_RUN_NOWAIT);
	assert_false(w->is_closed);
	uv_sem_post(&may_end);
	while (!w->is_closed)
		uv_run(&w->loop, UV_RUN_ONCE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_work_the_heap_is_given_back_once),
		TEST(without_work_nothing_is_given_back),
		TEST(a_task_that_begins_puts_it_off),
		TEST(what_the_pool_has_is_not_started_again),
		TEST(it_is_closed_when_the_pool_has_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
