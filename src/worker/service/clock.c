/* CLOCK_REALTIME and its text. */
#include "worker/service/clock.h"
#include "common/base/civil.h"

#include <time.h>

enum { MINUTE_S = 60 };

int64_t
clock_unix_s(void)
{
	return (int64_t)time(NULL);
}

int64_t
clock_minute(void)
{
	return clock_unix_s() / MINUTE_S;
}

struct span
clock_text(struct req *r)
{
	char moment[CIVIL_MOMENT_TEXT];

	civil_moment_format(civil_moment_of_unix(clock_unix_s()), moment);
	return span_text(arena_printf(&r->arena, "%sZ", moment));
}
