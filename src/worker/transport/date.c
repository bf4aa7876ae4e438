/* IMF-fixdate (RFC 9110, 5.6.7), without strftime(3), which would ask the
 * locale for the names of days. */
#include "worker/transport/date.h"

#include <stdio.h>
#include <time.h>

void
date_format(int64_t unix_s, char out[DATE_TEXT])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)unix_s;
	struct tm tm;
	/* As wide as any int, so that the compiler sees that nothing is cut. */
	char text[96];

	gmtime_r(&t, &tm);
	snprintf(text, sizeof(text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
	    &days[3 * tm.tm_wday], tm.tm_mday, &months[3 * tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	snprintf(out, DATE_TEXT, "%.29s", text);
}

const char *
date_now(struct date *d)
{
	struct timespec now;

	/* The kernel's tick is exact enough for whole seconds, and cheaper. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (now.tv_sec != d->unix_s || d->text[0] == '\0') {
		d->unix_s = now.tv_sec;
		date_format(d->unix_s, d->text);
	}
	return d->text;
}
