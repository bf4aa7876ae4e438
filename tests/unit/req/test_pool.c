/* Real threads and a real loop. */
#include "worker/pool.h"

#include "common/base/clock.h"
#include "common/base/turn.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 200 };

struct task {
	struct pool_job job;
	uv_sem_t *gate; /* work() passes it first; NULL: none */
	int worked;     /* on the thread */
	int order;      /* of done(), counted from 1 */
	int priority;
};

static int ended; /* loop thread only */

static void
work(struct pool_job *job)
{
	struct task *t = (struct task *)job;

	if (t->gate != NULL)
		uv_sem_wait(t->gate);
	t->worked++;
	t->priority = getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
}

static void
done(struct pool_job *job)
{
	((struct task *)job)->order = ++ended;
}

static struct task
task_of(uv_sem_t *gate)
{
	return (
	    struct task){ .job = { .work = work, .done = done }, .gate = gate };
}

static void
finish(uv_loop_t *loop, struct pool *p)
{
	pool_close(p);
	assert_int_equal(uv_run(loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void
every_job_is_done_once_in_order(void **state)
{
	static struct task tasks[JOBS];
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	struct pool *p = pool_new(&loop, 1, JOBS, 0);
	assert_non_null(p);
	ended = 0;
	for (int i = 0; i < JOBS; i++) {
		tasks[i] = task_of(NULL);
		assert_int_equal(pool_start(p, &tasks[i].job), ERR_OK);
	}
	while (ended < JOBS)
		uv_run(&loop, UV_RUN_ONCE);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(tasks[i].worked, 1);
		assert_int_equal(tasks[i].order, i + 1);
	}
	finish(&loop, p);
}

static void
a_full_queue_refuses_and_takes_again_later(void **state)
{
	struct task tasks[4];
	uv_loop_t loop;
	uv_sem_t gate;

	(void)state;
	uv_loop_init(&loop);
	uv_sem_init(&gate, 0);
	struct pool *p = pool_new(&loop, 1, 2, 0);
	ended = 0;
	for (int i = 0; i < 4; i++) {
		tasks[i] = task_of(&gate);
		/* One runs, two wait. */
		assert_int_equal(pool_start(p, &tasks[i].job),
		    i < 3 ? ERR_OK : ERR_OVERLOAD);
	}
	uv_sem_post(&gate);
	while (ended < 1)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(pool_start(p, &tasks[3].job), ERR_OK);
	for (int i = 0; i < 3; i++)
		uv_sem_post(&gate);
	while (ended < 4)
		uv_run(&loop, UV_RUN_ONCE);
	finish(&loop, p);
	uv_sem_destroy(&gate);
}

static void
a_reserved_place_is_nobody_elses(void **state)
{
	struct task tasks[2];
	uv_loop_t loop;
	uv_sem_t gate;

	(void)state;
	uv_loop_init(&loop);
	uv_sem_init(&gate, 1);
	struct pool *p = pool_new(&loop, 1, 1, 0);
	ended = 0;
	tasks[0] = task_of(&gate);
	tasks[1] = task_of(&gate);
	assert_true(pool_reserve(p));
	assert_true(pool_has_place(p));
	assert_true(pool_reserve(p));
	assert_false(pool_reserve(p));
	assert_false(pool_has_place(p));
	assert_int_equal(pool_start(p, &tasks[0].job), ERR_OVERLOAD);
	pool_unreserve(p);
	assert_int_equal(pool_start(p, &tasks[0].job), ERR_OK);
	pool_unreserve(p);
	while (ended < 1)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(pool_reserve(p));
	assert_int_equal(pool_start(p, &tasks[1].job), ERR_OK);
	assert_false(pool_reserve(p));
	uv_sem_post(&gate);
	while (ended < 2)
		uv_run(&loop, UV_RUN_ONCE);
	pool_unreserve(p);
	finish(&loop, p);
	uv_sem_destroy(&gate);
}

static void
closing_lets_queued_jobs_end(void **state)
{
	static struct task tasks[JOBS];
	uv_loop_t loop;
	uv_sem_t gate;

	(void)state;
	uv_loop_init(&loop);
	uv_sem_init(&gate, 0);
	struct pool *p = pool_new(&loop, 2, JOBS, 0);
	ended = 0;
	for (int i = 0; i < JOBS; i++) {
		tasks[i] = task_of(i < 2 ? &gate : NULL);
		assert_int_equal(pool_start(p, &tasks[i].job), ERR_OK);
	}
	pool_close(p);
	uv_sem_post(&gate);
	uv_sem_post(&gate);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(ended, JOBS);
	assert_int_equal(uv_loop_close(&loop), 0);
	uv_sem_destroy(&gate);
}

/* Until it is under SCHED_IDLE, where that is allowed. */
static void
work_for_long(struct pool_job *job)
{
	int64_t until_ms = clock_ms() + 2000;

	while (sched_getscheduler(0) != SCHED_IDLE && clock_ms() < until_ms)
		turn_end();
	((struct task *)job)->worked++;
}

static void
see_policy(struct pool_job *job)
{
	((struct task *)job)->priority = sched_getscheduler(0);
}

static void
a_job_begins_on_an_ordinary_thread_whatever_was_before_it(void **state)
{
	struct task tasks[2] = { task_of(NULL), task_of(NULL) };
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	struct pool *p = pool_new(&loop, 1, 2, 1);
	ended = 0;
	tasks[0].job.work = work_for_long;
	tasks[1].job.work = see_policy;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pool_start(p, &tasks[i].job), ERR_OK);
	while (ended < 2)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(tasks[1].priority, SCHED_OTHER);
	finish(&loop, p);
}

static void
a_nice_pool_leaves_the_loop_thread_as_it_is(void **state)
{
	struct task task = task_of(NULL);
	uv_loop_t loop;
	int mine = getpriority(PRIO_PROCESS, 0);

	(void)state;
	uv_loop_init(&loop);
	struct pool *p = pool_new(&loop, 1, 1, mine + 5);
	ended = 0;
	assert_int_equal(pool_start(p, &task.job), ERR_OK);
	while (ended < 1)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(task.priority, mine + 5);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), mine);
	finish(&loop, p);
}

/* What a pool with slots did; its thread writes, others read afterwards. */
static int lefts, loop_turns;

static void
leave(void)
{
	lefts++;
}

static void
work_briefly(struct pool_job *job)
{
	struct timespec ms = { 0, 1000000 };

	nanosleep(&ms, NULL);
	((struct task *)job)->worked++;
}

static void
run_all(uv_loop_t *loop, struct pool *p, struct task *tasks, int len)
{
	ended = loop_turns = 0;
	for (int i = 0; i < len; i++) {
		tasks[i] = (struct task){ .job = { .work = work_briefly,
					      .done = done,
					      .due_ms = INT64_MAX } };
		assert_int_equal(pool_start(p, &tasks[i].job), ERR_OK);
	}
	while (ended < len) {
		int before = ended;

		uv_run(loop, UV_RUN_ONCE);
		loop_turns += ended > before;
	}
}

static void
a_slot_is_kept_while_jobs_wait_and_given_back_then(void **state)
{
	static struct task tasks[JOBS];
	struct slots slots = { .len = 1 };
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	struct pool *p = pool_new(&loop, 1, JOBS, 0);
	pool_share(p, &slots, leave);
	lefts = 0;
	run_all(&loop, p, tasks, JOBS);
	finish(&loop, p);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(tasks[i].worked, 1);
	/* The first may have ended before the second was there. */
	assert_in_range(lefts, 1, 3);
	assert_int_equal(slots.owner[0], 0);
}

static void
what_has_ended_comes_a_few_at_a_time_while_many_wait(void **state)
{
	static struct task tasks[JOBS];
	struct slots slots = { .len = 1 };
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	struct pool *p = pool_new(&loop, 1, JOBS, 0);
	pool_share(p, &slots, leave);
	run_all(&loop, p, tasks, JOBS);
	assert_true(loop_turns < JOBS / 2);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(tasks[i].order, i + 1);
	/* But not when few do. */
	run_all(&loop, p, tasks, 3);
	assert_int_equal(loop_turns, 3);
	finish(&loop, p);
}

static void
a_job_that_gets_no_slot_in_time_is_late_and_the_next_is_not(void **state)
{
	struct task tasks[2];
	struct slots slots = { .len = 1, .owner = { 1 } };
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	struct pool *p = pool_new(&loop, 2, 2, 0);
	pool_share(p, &slots, leave);
	ended = 0;
	for (int i = 0; i < 2; i++) {
		tasks[i] = task_of(NULL);
		tasks[i].job.due_ms = i == 0 ? 0 : INT64_MAX;
		assert_int_equal(pool_start(p, &tasks[i].job), ERR_OK);
	}
	while (ended < 1)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(tasks[0].job.is_late);
	assert_int_equal(tasks[0].worked, 0);
	slots_give_all(&slots, 1);
	while (ended < 2)
		uv_run(&loop, UV_RUN_ONCE);
	assert_false(tasks[1].job.is_late);
	assert_int_equal(tasks[1].worked, 1);
	finish(&loop, p);
}

static void
a_job_whose_time_is_over_is_late_also_where_a_slot_is_kept(void **state)
{
	struct task tasks[3];
	struct slots slots = { .len = 1 };
	uv_loop_t loop;
	uv_sem_t gate;

	(void)state;
	uv_loop_init(&loop);
	uv_sem_init(&gate, 0);
	struct pool *p = pool_new(&loop, 1, 3, 0);
	pool_share(p, &slots, leave);
	ended = 0;
	for (int i = 0; i < 3; i++) {
		tasks[i] = task_of(i == 0 ? &gate : NULL);
		tasks[i].job.due_ms = i == 1 ? clock_ms() + 20 : INT64_MAX;
		assert_int_equal(pool_start(p, &tasks[i].job), ERR_OK);
	}
	while (clock_ms() < tasks[1].job.due_ms)
		usleep(1000);
	uv_sem_post(&gate);
	while (ended < 3)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(tasks[0].worked, 1);
	assert_true(tasks[1].job.is_late);
	assert_int_equal(tasks[1].worked, 0);
	assert_false(tasks[2].job.is_late);
	assert_int_equal(tasks[2].worked, 1);
	finish(&loop, p);
	uv_sem_destroy(&gate);
}

static void
no_pool_is_closed_without_harm(void **state)
{
	(void)state;
	pool_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_done_once_in_order),
		cmocka_unit_test(a_full_queue_refuses_and_takes_again_later),
		cmocka_unit_test(a_reserved_place_is_nobody_elses),
		cmocka_unit_test(closing_lets_queued_jobs_end),
		cmocka_unit_test(a_nice_pool_leaves_the_loop_thread_as_it_is),
		cmocka_unit_test(
		    a_job_begins_on_an_ordinary_thread_whatever_was_before_it),
		cmocka_unit_test(
		    a_slot_is_kept_while_jobs_wait_and_given_back_then),
		cmocka_unit_test(
		    what_has_ended_comes_a_few_at_a_time_while_many_wait),
		cmocka_unit_test(
		    a_job_that_gets_no_slot_in_time_is_late_and_the_next_is_not),
		cmocka_unit_test(
		    a_job_whose_time_is_over_is_late_also_where_a_slot_is_kept),
		cmocka_unit_test(no_pool_is_closed_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
