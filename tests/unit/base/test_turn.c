#include "common/base/turn.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_gives_way_has_a_higher_nice_value_and_the_process_its_own),
		cmocka_unit_test(
		    who_gives_way_has_longer_turns_until_it_ends_them_itself),
		cmocka_unit_test(who_gives_way_to_nobody_ends_no_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
