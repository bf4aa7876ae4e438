#include "common/base/clock.h"
#include "common/base/slots.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

struct board {
	struct slots slots;
	_Atomic int32_t inside, most, turns;
};

static struct board *
board_new(uint32_t len)
{
	struct board *b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(b != MAP_FAILED);
	b->slots.len = len;
	return b;
}

/* It ends with a test that fails. */
static pid_t
fork_child(void)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid == 0 &&
	    (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
		_exit(1);
	return pid;
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
}

static void
take_turns(struct board *b, int turns)
{
	for (int i = 0; i < turns; i++) {
		int slot = slots_take(&b->slots, PATIENCE_MS);
		int32_t inside = atomic_fetch_add(&b->inside, 1) + 1;
		int32_t most = atomic_load(&b->most);

		while (inside > most &&
		       !atomic_compare_exchange_weak(&b->most, &most, inside))
			;
		nap();
		atomic_fetch_sub(&b->inside, 1);
		slots_give(&b->slots, slot);
		atomic_fetch_add(&b->turns, 1);
	}
}

static void
no_more_than_there_are_slots_are_inside(void **state)
{
	enum { PROCESSES = 6, TURNS = 20 };
	struct board *b = board_new(3);

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		if (fork_child() == 0) {
			take_turns(b, TURNS);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		wait(NULL);
	assert_int_equal(b->turns, PROCESSES * TURNS);
	assert_int_equal(b->most, 3);
	munmap(b, sizeof(*b));
}

static void
dead_process_gives_its_slots_back(void **state)
{
	struct board *b = board_new(2);
	pid_t pid = fork_child();

	(void)state;
	if (pid == 0) {
		slots_take(&b->slots, PATIENCE_MS);
		slots_take(&b->slots, PATIENCE_MS);
		for (;;)
			pause();
	}
	while (b->slots.owner[1] == 0)
		nap();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(b->slots.owner[0], pid);
	slots_give_all(&b->slots, pid);
	assert_int_equal(slots_take(&b->slots, PATIENCE_MS), 0);
	assert_int_equal(slots_take(&b->slots, PATIENCE_MS), 1);
	munmap(b, sizeof(*b));
}

static void
slot_of_another_is_not_given_back(void **state)
{
	struct board *b = board_new(1);

	(void)state;
	assert_int_equal(slots_take(&b->slots, PATIENCE_MS), 0);
	slots_give_all(&b->slots, getpid() + 1);
	assert_int_equal(b->slots.owner[0], getpid());
	slots_give(&b->slots, 0);
	assert_int_equal(b->slots.owner[0], 0);
	munmap(b, sizeof(*b));
}

static void
slot_that_nobody_gives_back_is_not_waited_for_forever(void **state)
{
	struct board *b = board_new(1);

	(void)state;
	assert_int_equal(slots_take(&b->slots, PATIENCE_MS), 0);
	assert_int_equal(slots_take(&b->slots, 1), -1);
	slots_give(&b->slots, 0);
	assert_int_equal(slots_take(&b->slots, 0), 0);
	munmap(b, sizeof(*b));
}

/* A process that waits for a slot, takes it and keeps it until it is killed. */
static pid_t
start_waiting(struct board *b)
{
	pid_t pid = fork_child();

	if (pid == 0) {
		slots_take(&b->slots, PATIENCE_MS);
		for (;;)
			pause();
	}
	for (;; nap())
		for (int i = 0; i < SLOTS_MAX; i++)
			if (b->slots.waiter[i] == pid)
				return pid;
}

static void
end_process(struct board *b, pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	slots_give_all(&b->slots, pid);
}

static void
slot_may_be_kept_until_another_has_waited_for_its_turn(void **state)
{
	struct board *b = board_new(1);

	(void)state;
	int slot = slots_take(&b->slots, PATIENCE_MS);
	int64_t long_ago_ms = clock_ms() - PATIENCE_MS;
	assert_true(slots_may_keep(&b->slots, long_ago_ms));
	pid_t pid = start_waiting(b);
	assert_true(slots_may_keep(&b->slots, clock_ms()));
	assert_false(slots_may_keep(&b->slots, long_ago_ms));
	slots_give(&b->slots, slot);
	while (b->slots.owner[0] != pid)
		nap();
	end_process(b, pid);
	munmap(b, sizeof(*b));
}

static void
who_has_two_more_than_another_gives_one_at_once(void **state)
{
	struct board *b = board_new(2);

	(void)state;
	slots_take(&b->slots, PATIENCE_MS);
	int slot = slots_take(&b->slots, PATIENCE_MS);
	pid_t pid = start_waiting(b);
	assert_false(slots_may_keep(&b->slots, clock_ms()));
	slots_give(&b->slots, slot);
	/* Not again before the other one, which has none. */
	assert_int_equal(slots_take(&b->slots, 0), -1);
	while (b->slots.owner[slot] != pid)
		nap();
	assert_true(slots_may_keep(&b->slots, clock_ms() - PATIENCE_MS));
	end_process(b, pid);
	munmap(b, sizeof(*b));
}

static void
who_gave_a_slot_back_comes_after_who_waited_for_it(void **state)
{
	struct board *b = board_new(1);

	(void)state;
	int slot = slots_take(&b->slots, PATIENCE_MS);
	pid_t pid = start_waiting(b);
	/* So that it cannot come before the slot is asked for again. */
	kill(pid, SIGSTOP);
	slots_give(&b->slots, slot);
	assert_int_equal(slots_take(&b->slots, 0), -1);
	kill(pid, SIGCONT);
	while (b->slots.owner[slot] != pid)
		nap();
	end_process(b, pid);
	munmap(b, sizeof(*b));
}

static void
nobody_waits_for_a_process_that_does_not_come(void **state)
{
	struct board *b = board_new(1);

	(void)state;
	int slot = slots_take(&b->slots, PATIENCE_MS);
	pid_t pid = start_waiting(b);
	kill(pid, SIGSTOP);
	slots_give(&b->slots, slot);
	assert_int_equal(slots_take(&b->slots, PATIENCE_MS), 0);
	assert_true(slots_may_keep(&b->slots, clock_ms() - PATIENCE_MS));
	end_process(b, pid);
	munmap(b, sizeof(*b));
}

static void
dead_process_that_was_woken_does_not_keep_others_asleep(void **state)
{
	struct board *b = board_new(1);

	(void)state;
	int slot = slots_take(&b->slots, PATIENCE_MS);
	pid_t first = start_waiting(b), second = start_waiting(b);
	kill(first, SIGSTOP);
	slots_give(&b->slots, slot); /* wakes the first */
	assert_int_equal(b->slots.owner[0], 0);
	end_process(b, first);
	while (b->slots.owner[0] != second)
		nap();
	for (int i = 0; i < SLOTS_MAX; i++)
		assert_int_equal(b->slots.waiter[i], 0);
	end_process(b, second);
	munmap(b, sizeof(*b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_than_there_are_slots_are_inside),
		cmocka_unit_test(dead_process_gives_its_slots_back),
		cmocka_unit_test(slot_of_another_is_not_given_back),
		cmocka_unit_test(
		    slot_that_nobody_gives_back_is_not_waited_for_forever),
		cmocka_unit_test(
		    slot_may_be_kept_until_another_has_waited_for_its_turn),
		cmocka_unit_test(
		    who_has_two_more_than_another_gives_one_at_once),
		cmocka_unit_test(
		    who_gave_a_slot_back_comes_after_who_waited_for_it),
		cmocka_unit_test(nobody_waits_for_a_process_that_does_not_come),
		cmocka_unit_test(
		    dead_process_that_was_woken_does_not_keep_others_asleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
