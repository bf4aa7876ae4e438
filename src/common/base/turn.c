/* sched(7), and "EEVDF" in the kernel's documentation of its scheduler. */
#include "common/base/turn.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LONG_NS = 4000000, /* the usual one has 3 ms at most */
	/* Longer than what is used of one before turn_end(): with a turn of only
	 * that, a thread of nice 10 is due again before one that wakes up. With
	 * this one it still has two fifths of its share where all CPUs are busy. */
	ENDED_NS = 500000,
};

/* struct sched_attr of the kernel, in its first size. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

static _Thread_local bool gives_way, ends_turns;

static void
set(int nice, uint64_t turn_ns)
{
	const struct attributes a = { .size = sizeof(a),
		.policy = SCHED_OTHER,
		.nice = nice,
		.runtime_ns = turn_ns };

	(void)syscall(SYS_sched_setattr, 0, &a, 0);
}

void
turn_give_way(int nice)
{
	int mine = getpriority(PRIO_PROCESS, 0);

	set(mine > nice ? mine : nice, LONG_NS);
	gives_way = true;
}

void
turn_end(void)
{
	if (!gives_way)
		return;
	if (!ends_turns) {
		set(getpriority(PRIO_PROCESS, 0), ENDED_NS);
		ends_turns = true;
	}
	(void)sched_yield();
}
