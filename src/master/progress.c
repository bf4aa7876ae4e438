/* The line is written over itself: a carriage return before it, "erase to the
 * end of line" behind it. */
#include "master/progress.h"

#include "common/base/clock.h"

enum { QUIET_MS = 1000, EVERY_MS = 100 };

#define ERASE_TO_END "\033[K"

void
progress_init(struct progress *p, FILE *out, uint64_t total)
{
	*p = (struct progress){
		.out = out, .began_ms = clock_ms(), .total = total
	};
}

void
progress_format_bytes(double bytes, char out[PROGRESS_BYTES_TEXT])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	size_t i = 0;

	while (bytes >= 1000 && i < sizeof(units) / sizeof(units[0]) - 1) {
		bytes /= 1000;
		i++;
	}
	snprintf(out, PROGRESS_BYTES_TEXT, i ? "%.1f %s" : "%.0f %s", bytes,
	    units[i]);
}

void
progress_show(struct progress *p, uint64_t done)
{
	char have[PROGRESS_BYTES_TEXT], all[PROGRESS_BYTES_TEXT];
	char speed[PROGRESS_BYTES_TEXT];
	int64_t now_ms, ms;
	double rate;

	if (!p->out || done == 0)
		return;
	now_ms = clock_ms();
	ms = now_ms - p->began_ms;
	if (ms < QUIET_MS || (p->is_shown && now_ms - p->shown_ms < EVERY_MS))
		return;
	if (p->total && done > p->total)
		done = p->total;
	rate = (double)done * 1000 / (double)ms;
	progress_format_bytes((double)done, have);
	progress_format_bytes((double)p->total, all);
	progress_format_bytes(rate, speed);
	if (p->total)
		fprintf(p->out, "\r%s of %s, %s/s, %.0f s left" ERASE_TO_END,
		    have, all, speed, (double)(p->total - done) / rate);
	else
		fprintf(p->out, "\r%s, %s/s" ERASE_TO_END, have, speed);
	fflush(p->out);
	p->is_shown = true;
	p->shown_ms = now_ms;
}

void
progress_end(struct progress *p)
{
	if (!p->is_shown)
		return;
	fputs("\r" ERASE_TO_END, p->out);
	fflush(p->out);
	p->is_shown = false;
}
