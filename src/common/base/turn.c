/* sched(7), and "EEVDF" in the kernel's documentation of its scheduler. */
#include "common/base/turn.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TURN_NS = 200000 };

/* struct sched_attr of the kernel, in its first size. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

void
turn_give_way(int nice)
{
	int mine = getpriority(PRIO_PROCESS, 0);
	const struct attributes a = { .size = sizeof(a),
		.policy = SCHED_OTHER,
		.nice = mine > nice ? mine : nice,
		.runtime_ns = TURN_NS };

	(void)syscall(SYS_sched_setattr, 0, &a, 0);
}

void
turn_end(void)
{
	(void)sched_yield();
}
