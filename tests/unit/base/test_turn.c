#include "common/base/turn.h"

#include "common/base/clock.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* struct sched_attr of the kernel, in its first size. */
struct seen {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t turn_ns, deadline_ns, period_ns;
};

static struct seen
look(void)
{
	struct seen s;

	assert_int_equal(syscall(SYS_sched_getattr, 0, &s, sizeof(s), 0), 0);
	return s;
}

/* What a thread of its own sees before and after. */
struct thread {
	void (*act)(void);
	struct seen before, after;
};

static void *
run(void *arg)
{
	struct thread *t = arg;

	t->before = look();
	t->act();
	t->after = look();
	return NULL;
}

static struct thread
on_a_thread(void (*act)(void))
{
	struct thread t = { .act = act };
	pthread_t id;

	assert_int_equal(pthread_create(&id, NULL, run, &t), 0);
	pthread_join(id, NULL);
	return t;
}

static void
give_way_by_3(void)
{
	turn_give_way(getpriority(PRIO_PROCESS, 0) + 3);
}

static void
give_way_and_end(void)
{
	give_way_by_3();
	turn_end();
}

static void
give_way_less(void)
{
	turn_give_way(getpriority(PRIO_PROCESS, 0) - 3);
}

enum {
	LONG_WORK = 8, /* turns of it */
	WAITED_MS = 100,
	PATIENCE_MS = 10000,
};

/* What long work is done under: whether a thread may come back from SCHED_IDLE is for
 * whoever runs this to say. */
static uint32_t long_policy;

static uint32_t
find_long_policy(void)
{
	int mine = getpriority(PRIO_PROCESS, 0);
	bool may_raise = setpriority(PRIO_PROCESS, 0, mine - 1) == 0 &&
			 setpriority(PRIO_PROCESS, 0, mine) == 0;

	return may_raise ? SCHED_IDLE : SCHED_OTHER;
}

/* Works until it is under `policy`: on a busy machine it is kept waiting now and
 * then. */
static void
work_until(uint32_t policy)
{
	int64_t until_ms = clock_ms() + PATIENCE_MS;

	do {
		assert_true(clock_ms() < until_ms);
		turn_end();
	} while (look().policy != policy);
}

static void
work_for_long(void)
{
	give_way_by_3();
	long_policy = find_long_policy();
	work_until(long_policy);
}

static void
work_shortly(void)
{
	give_way_by_3();
	for (int i = 0; i < LONG_WORK; i++)
		turn_end();
	turn_come_back();
	for (int i = 0; i < LONG_WORK; i++)
		turn_end();
}

static void
work_and_come_back(void)
{
	work_for_long();
	turn_come_back();
}

static void
be_kept_waiting(void)
{
	work_for_long();
	usleep(WAITED_MS * 1000);
	turn_end();
}

static void
be_kept_waiting_and_work_on(void)
{
	be_kept_waiting();
	work_until(long_policy);
}

static void
who_gives_way_has_a_higher_nice_value_and_the_process_its_own(void **state)
{
	int mine = getpriority(PRIO_PROCESS, 0);
	struct thread t = on_a_thread(give_way_by_3);

	(void)state;
	assert_int_equal(t.after.nice, mine + 3);
	assert_int_equal(t.after.policy, t.before.policy);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), mine);
	assert_int_equal(on_a_thread(give_way_less).after.nice, mine);
}

static void
who_gives_way_has_longer_turns_until_it_ends_them_itself(void **state)
{
	struct thread gives_way = on_a_thread(give_way_by_3);
	struct thread ends = on_a_thread(give_way_and_end);

	(void)state;
	assert_int_equal(ends.after.nice, gives_way.after.nice);
	/* A kernel before 6.12 knows no turns of a thread's own. */
	if (gives_way.before.turn_ns == 0)
		return;
	assert_true(gives_way.after.turn_ns > gives_way.before.turn_ns);
	assert_true(ends.after.turn_ns < gives_way.after.turn_ns);
}

static void
who_gives_way_to_nobody_ends_no_turn(void **state)
{
	struct thread t = on_a_thread(turn_end);

	(void)state;
	assert_int_equal(t.after.nice, t.before.nice);
	assert_int_equal(t.after.turn_ns, t.before.turn_ns);
}

static void
long_work_is_done_under_sched_idle_by_who_may_come_back(void **state)
{
	struct thread t = on_a_thread(work_for_long);

	(void)state;
	assert_int_equal(t.after.policy, long_policy);
	assert_int_equal(t.after.nice, getpriority(PRIO_PROCESS, 0) + 3);
}

static void
short_work_is_not(void **state)
{
	(void)state;
	assert_int_equal(on_a_thread(work_shortly).after.policy, SCHED_OTHER);
}

static void
who_comes_back_is_an_ordinary_thread_that_ends_its_turns(void **state)
{
	struct thread back = on_a_thread(work_and_come_back);
	struct thread ends = on_a_thread(give_way_and_end);

	(void)state;
	assert_int_equal(back.after.policy, SCHED_OTHER);
	assert_int_equal(back.after.nice, ends.after.nice);
	assert_int_equal(back.after.turn_ns, ends.after.turn_ns);
}

static void
who_is_kept_waiting_goes_on_as_an_ordinary_thread_for_a_while(void **state)
{
	(void)state;
	assert_int_equal(
	    on_a_thread(be_kept_waiting).after.policy, SCHED_OTHER);
	assert_int_equal(
	    on_a_thread(be_kept_waiting_and_work_on).after.policy, long_policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_gives_way_has_a_higher_nice_value_and_the_process_its_own),
		cmocka_unit_test(
		    who_gives_way_has_longer_turns_until_it_ends_them_itself),
		cmocka_unit_test(who_gives_way_to_nobody_ends_no_turn),
		cmocka_unit_test(
		    long_work_is_done_under_sched_idle_by_who_may_come_back),
		cmocka_unit_test(short_work_is_not),
		cmocka_unit_test(
		    who_comes_back_is_an_ordinary_thread_that_ends_its_turns),
		cmocka_unit_test(
		    who_is_kept_waiting_goes_on_as_an_ordinary_thread_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
