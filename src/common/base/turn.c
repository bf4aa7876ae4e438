/* sched(7), and "EEVDF" in the kernel's documentation of its scheduler. */
#include "common/base/turn.h"

#include "common/base/clock.h"

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
	/* Whoever ends one under SCHED_IDLE waits for 36 ms for each thread that
	 * works all the time, with one of 0.5 ms for 172 (Linux 6.18). */
	IDLE_NS = 100000,
	/* Of a log 1 MiB or so: what is new in one that grows slowly is read at
	 * once. */
	LONG_WORK = 8, /* turns */
	/* A look at how many turns there were under SCHED_IDLE. With fewer than one
	 * in 10 ms, a hundredth of a CPU, the thread is kept waiting, */
	LOOK_MS = 50,
	TURN_EVERY_MS = 10,
	/* and is an ordinary one for so long, four times as long when that happens
	 * at once again, and at most: */
	ORDINARY_MS = 40,
	ORDINARY_MAX_MS = 2560,
};

/* struct sched_attr of the kernel, in its first size. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

/* A thread that gives way. */
static _Thread_local struct {
	bool gives_way, ends_turns, may_be_idle;
	unsigned turns;      /* that this work has ended */
	bool is_idle;        /* under SCHED_IDLE, */
	int64_t idle_ms;     /* since then, or since the last look */
	unsigned idle_turns; /* since then */
	int64_t until_ms;    /* an ordinary thread until then, */
	int64_t ordinary_ms; /* and for so long the next time */
} self;

static bool
set(uint32_t policy, int nice, uint64_t turn_ns)
{
	const struct attributes a = { .size = sizeof(a),
		.policy = policy,
		.nice = nice,
		.runtime_ns = turn_ns };

	return syscall(SYS_sched_setattr, 0, &a, 0) == 0;
}

static int
nice_value(void)
{
	return getpriority(PRIO_PROCESS, 0);
}

/* Who may come back from SCHED_IDLE may be less nice than it is. */
static bool
may_come_back(int nice)
{
	return setpriority(PRIO_PROCESS, 0, nice - 1) == 0 &&
	       setpriority(PRIO_PROCESS, 0, nice) == 0;
}

void
turn_give_way(int nice)
{
	int mine = nice_value();

	(void)set(SCHED_OTHER, mine > nice ? mine : nice, LONG_NS);
	self.gives_way = true;
}

static void
begin_to_end_turns(void)
{
	int nice = nice_value();

	(void)set(SCHED_OTHER, nice, ENDED_NS);
	self.may_be_idle = may_come_back(nice);
	self.ordinary_ms = ORDINARY_MS;
	self.ends_turns = true;
}

/* Turns have their length from when the thread was an ordinary one. */
static void
be_idle(int64_t now_ms)
{
	int nice = nice_value();

	(void)set(SCHED_OTHER, nice, IDLE_NS);
	self.is_idle = self.may_be_idle = set(SCHED_IDLE, nice, IDLE_NS);
	self.idle_ms = now_ms;
	self.idle_turns = 0;
}

static void
be_ordinary(void)
{
	(void)set(SCHED_OTHER, nice_value(), ENDED_NS);
	self.is_idle = false;
}

static void
look_after_waiting(int64_t now_ms)
{
	int64_t since_ms = now_ms - self.idle_ms;

	self.idle_turns++;
	if (since_ms < LOOK_MS)
		return;
	if (self.idle_turns < since_ms / TURN_EVERY_MS) {
		be_ordinary();
		self.until_ms = now_ms + self.ordinary_ms;
		if (self.ordinary_ms < ORDINARY_MAX_MS)
			self.ordinary_ms *= 4;
	} else {
		self.ordinary_ms = ORDINARY_MS;
		self.idle_ms = now_ms;
		self.idle_turns = 0;
	}
}

void
turn_end(void)
{
	if (!self.gives_way)
		return;
	if (!self.ends_turns)
		begin_to_end_turns();
	int64_t now_ms = clock_ms();
	if (self.is_idle)
		look_after_waiting(now_ms);
	else if (self.may_be_idle && self.turns >= LONG_WORK &&
		 now_ms >= self.until_ms)
		be_idle(now_ms);
	self.turns++;
	(void)sched_yield();
}

void
turn_come_back(void)
{
	self.turns = 0;
	if (self.is_idle)
		be_ordinary();
}
