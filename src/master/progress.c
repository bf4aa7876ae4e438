/* The line is written over itself: a carriage return before it, "erase to the
 * end of line" behind it. */
#include "master/progress.h"

#include "common/base/shared.h"

enum { QUIET_MS = 1000 };

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
	int64_t ms = clock_ms() - p->began_ms;
	char have[PROGRESS_BYTES_TEXT], all[PROGRESS_BYTES_TEXT];
	char speed[PROGRESS_BYTES_TEXT];
	double rate, left;

	if (!p->out || ms < QUIET_MS || done == 0)
		return;
	if (done > p->total)
		done = p->total;
	rate = (double)done * 1000 / (double)ms;
	left = (double)(p->total - done) / rate;
	progress_format_bytes((double)done, have);
	progress_format_bytes((double)p->total, all);
	progress_format_bytes(rate, speed);
	fprintf(p->out, "\r%s of %s, %s/s, %.0f s left" ERASE_TO_END, have, all,
	    speed, left);
	fflush(p->out);
	p->is_shown = true;
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
