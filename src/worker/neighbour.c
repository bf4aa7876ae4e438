/* Every worker comes to the same answer from the same heartbeats, without a
 * word between them. When two see different ones for a moment, both accept on
 * the socket, which does no harm. */
#include "worker/neighbour.h"

bool
neighbour_serves(
    const struct shared *s, uint32_t slot, uint32_t other, int64_t now_ms)
{
	while (other != slot) {
		if (shared_worker_silence_ms(&s->worker[other], now_ms) <=
		    SILENCE_MS)
			return false;
		other = (other + 1) % s->workers;
	}
	return true;
}
