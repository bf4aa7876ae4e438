/* A slot is taken by one exchange of its owner, and given back by another. Who
 * finds none sleeps on its own word of `waiter` (futex(2)), which it writes before
 * it searches: who gives a slot back reads these words afterwards, wakes one and
 * marks it, so that a sleep that has not begun yet does not begin. A slot that is
 * free is anybody's: nothing is lost with a process that dies on its way to it. */
#include "common/base/slots.h"
#include "common/base/clock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	/* A process can die between giving a slot back and waking who waits. */
	LOOK_AGAIN_MS = 100,
	/* For those who go first. One that is stopped does not come. */
	PATIENCE_MS = 5,
	/* Handing a slot over costs some ms of a CPU: the memory that went with
	 * it, and until the kernel has found that CPU for who was woken. */
	TURN_MS = 100,
};

static void
wait_while(_Atomic int32_t *word, int32_t value, int64_t ms)
{
	struct timespec limit = { ms / 1000, ms % 1000 * 1000000 };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, NULL, 0);
}

static uint32_t
held(const struct slots *s, int32_t pid)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->len; i++)
		n += atomic_load(&s->owner[i]) == pid;
	return n;
}

/* One who sleeps, of those with the fewest slots the one that came first; NULL
 * when nobody does. `pid` is whose word it is. */
static _Atomic int32_t *
next_waiter(struct slots *s, int32_t *pid)
{
	uint32_t fewest = UINT32_MAX, first = 0;
	_Atomic int32_t *found = NULL;

	for (uint32_t i = 0; i < SLOTS_MAX; i++) {
		int32_t waiter = atomic_load(&s->waiter[i]);
		uint32_t ticket = atomic_load(&s->ticket[i]), has;

		if (waiter <= 0 || (has = held(s, waiter)) > fewest ||
		    (has == fewest && (int32_t)(ticket - first) >= 0))
			continue;
		fewest = has;
		first = ticket;
		found = &s->waiter[i];
		*pid = waiter;
	}
	return found;
}

static void
wake_next(struct slots *s)
{
	_Atomic int32_t *word;
	int32_t pid;

	/* One that stopped waiting meanwhile has looked for itself. */
	do {
		word = next_waiter(s, &pid);
		if (!word)
			return;
	} while (!atomic_compare_exchange_strong(word, &pid, -pid));
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Where `self` is woken; `spare`, where it never is, when all are in use. */
static _Atomic int32_t *
line_up(struct slots *s, int32_t self, _Atomic int32_t *spare, uint32_t *ticket)
{
	*ticket = atomic_fetch_add(&s->tickets, 1);
	for (uint32_t i = 0; i < SLOTS_MAX; i++) {
		int32_t nobody = 0;

		if (!atomic_compare_exchange_strong(
			&s->waiter[i], &nobody, self))
			continue;
		atomic_store(&s->ticket[i], *ticket);
		return &s->waiter[i];
	}
	atomic_store(spare, self);
	return spare;
}

/* Whether a process waits, or has been woken, that has fewer slots, or as many and
 * came before `ticket`. */
static bool
is_behind(const struct slots *s, int32_t self, uint32_t ticket)
{
	uint32_t mine = held(s, self);

	for (uint32_t i = 0; i < SLOTS_MAX; i++) {
		int32_t waiter = atomic_load(&s->waiter[i]);
		int32_t pid = waiter < 0 ? -waiter : waiter;
		uint32_t theirs;

		if (pid == 0 || pid == self || (theirs = held(s, pid)) > mine)
			continue;
		if (theirs < mine ||
		    (int32_t)(atomic_load(&s->ticket[i]) - ticket) < 0)
			return true;
	}
	return false;
}

static int
claim(struct slots *s, int32_t self)
{
	for (uint32_t i = 0; i < s->len; i++) {
		int32_t nobody = 0;

		if (atomic_compare_exchange_strong(&s->owner[i], &nobody, self))
			return (int)i;
	}
	return -1;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int
slots_take(struct slots *s, int64_t limit_ms)
{
	int32_t self = (int32_t)getpid();
	int64_t end_ms = clock_ms() + limit_ms, left_ms = limit_ms;
	uint32_t ticket;
	_Atomic int32_t spare, *word = line_up(s, self, &spare, &ticket);
	bool goes_first = !is_behind(s, self, ticket);
	int slot = goes_first ? claim(s, self) : -1;

	while (slot < 0 && left_ms > 0) {
		wait_while(word, self,
		    least(goes_first ? LOOK_AGAIN_MS : PATIENCE_MS, left_ms));
		atomic_store(word, self);
		slot = claim(s, self);
		goes_first = true;
		left_ms = end_ms - clock_ms();
	}
	/* Woken at the last moment: nobody else is, for that slot. */
	if (atomic_exchange(word, 0) < 0 && slot < 0)
		slot = claim(s, self);
	return slot;
}

bool
slots_may_keep(const struct slots *s, int64_t since_ms)
{
	int32_t self = (int32_t)getpid();
	uint32_t mine = held(s, self);
	bool is_over = clock_ms() - since_ms >= TURN_MS;

	for (uint32_t i = 0; i < SLOTS_MAX; i++) {
		int32_t waiter = atomic_load(&s->waiter[i]);

		/* One that does not come when it is woken is not waited for. */
		if (waiter <= 0 || waiter == self)
			continue;
		if (held(s, waiter) + (is_over ? 0 : 1) < mine)
			return false;
	}
	return true;
}

static void
give(struct slots *s, int slot, int32_t owner)
{
	if (!atomic_compare_exchange_strong(&s->owner[slot], &owner, 0))
		return;
	wake_next(s);
}

void
slots_give(struct slots *s, int slot)
{
	give(s, slot, (int32_t)getpid());
}

/* It may have been woken for a slot that it did not come to take. */
void
slots_give_all(struct slots *s, pid_t pid)
{
	bool was_woken = false;

	for (uint32_t i = 0; i < SLOTS_MAX; i++) {
		int32_t waits = (int32_t)pid, woken = -(int32_t)pid;

		if (atomic_compare_exchange_strong(&s->waiter[i], &woken, 0))
			was_woken = true;
		else
			(void)atomic_compare_exchange_strong(
			    &s->waiter[i], &waits, 0);
	}
	for (uint32_t i = 0; i < s->len; i++)
		give(s, (int)i, (int32_t)pid);
	if (was_woken)
		wake_next(s);
}
