/* The delays of a supervised child. Pure: the supervisor has the clock. */
#include "master/backoff.h"

int64_t
backoff_delay(struct backoff *b, int64_t lived_ms)
{
	int64_t delay_ms;

	if (lived_ms >= BACKOFF_GOOD_LIFE_MS)
		b->next_ms = 0;
	delay_ms = b->next_ms;
	b->next_ms = delay_ms ? delay_ms * 2 : BACKOFF_FIRST_MS;
	if (b->next_ms > BACKOFF_MAX_MS)
		b->next_ms = BACKOFF_MAX_MS;
	return delay_ms;
}
