/* A slot is taken by one exchange of its owner, and given back by another. Who
 * finds none sleeps on `given` (futex(2)), read before the search: what is given
 * back during the search moves it on, and the sleep does not begin. */
#include "common/base/slots.h"
#include "common/base/shared.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A process can die between giving a slot back and waking who waits for it. */
enum { LOOK_AGAIN_NS = 100000000 };

static void
wait_while(_Atomic uint32_t *word, uint32_t value)
{
	struct timespec limit = { 0, LOOK_AGAIN_NS };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, NULL, 0);
}

static void
wake_one(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

int
slots_take(struct slots *s, int64_t limit_ms)
{
	int32_t self = (int32_t)getpid();
	int64_t end_ms = clock_ms() + limit_ms;

	do {
		uint32_t given = atomic_load(&s->given);

		for (uint32_t i = 0; i < s->len; i++) {
			int32_t nobody = 0;

			if (atomic_compare_exchange_strong(
				&s->owner[i], &nobody, self))
				return (int)i;
		}
		wait_while(&s->given, given);
	} while (clock_ms() < end_ms);
	return -1;
}

static void
give(struct slots *s, int slot, int32_t owner)
{
	if (!atomic_compare_exchange_strong(&s->owner[slot], &owner, 0))
		return;
	atomic_fetch_add(&s->given, 1);
	wake_one(&s->given);
}

void
slots_give(struct slots *s, int slot)
{
	give(s, slot, (int32_t)getpid());
}

void
slots_give_all(struct slots *s, pid_t pid)
{
	for (uint32_t i = 0; i < s->len; i++)
		give(s, (int)i, (int32_t)pid);
}
