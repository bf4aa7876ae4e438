/* Every worker comes to the same answer from the same heartbeats, without a
 * word between them. When two see different ones for a moment, both accept on
 * the socket, which does no harm. */
#include "worker/neighbour.h"

static bool
is_silent(const struct shared *s, uint32_t slot, int64_t now_ms)
{
	int64_t beat_ms = atomic_load_explicit(
	    &s->worker[slot].heartbeat_ms, memory_order_relaxed);

	return beat_ms == 0 || now_ms - beat_ms > SILENCE_MS;
}

bool
neighbour_serves(
    const struct shared *s, uint32_t slot, uint32_t other, int64_t now_ms)
{
	while (other != slot) {
		if (!is_silent(s, other, now_ms))
			return false;
		other = (other + 1) % s->workers;
	}
	return true;
}
