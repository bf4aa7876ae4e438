/* An anonymous shared mapping: inherited over fork, zeroed by the kernel, gone
 * with the last process. */
#include "common/base/shared.h"

#include <assert.h>
#include <stddef.h>
#include <sys/mman.h>

struct shared *
shared_new(uint32_t workers)
{
	struct shared *s;

	assert(workers <= WORKERS_MAX);
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return NULL;
	s->workers = workers;
	s->hashing.len = 1;
	return s;
}

void
shared_free(struct shared *s)
{
	if (s)
		munmap(s, sizeof(*s));
}

int64_t
shared_worker_silence_ms(const struct shared_worker *w, int64_t now_ms)
{
	int64_t beat_ms =
	    atomic_load_explicit(&w->heartbeat_ms, memory_order_relaxed);

	return beat_ms == 0 ? INT64_MAX : now_ms - beat_ms;
}
