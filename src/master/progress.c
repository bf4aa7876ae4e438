/* The line is written over itself: a carriage return before it, "erase to the
 * end of line" behind it. That takes a line which does not wrap. */
#include "master/progress.h"

#include "common/base/clock.h"

#include <string.h>
#include <sys/ioctl.h>

enum { QUIET_MS = 1000, EVERY_MS = 100, LINE_TEXT = 128 };

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

/* Leaves out what does not fit the terminal as it is now, from the end, part by
 * part: half a number would be another one. The last column stays free, since a
 * cursor behind it may stand in the next row. */
static void
fit(char *line, FILE *out)
{
	struct winsize size;
	size_t width;
	char *comma;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return;
	width = size.ws_col - 1u;
	while (strlen(line) > width && (comma = strrchr(line, ',')))
		*comma = '\0';
	if (strlen(line) > width)
		*line = '\0';
}

void
progress_show(struct progress *p, uint64_t done)
{
	char have[PROGRESS_BYTES_TEXT], all[PROGRESS_BYTES_TEXT];
	char speed[PROGRESS_BYTES_TEXT], line[LINE_TEXT];
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
		snprintf(line, sizeof(line), "%s of %s, %s/s, %.0f s left",
		    have, all, speed, (double)(p->total - done) / rate);
	else
		snprintf(line, sizeof(line), "%s, %s/s", have, speed);
	fit(line, p->out);
	fprintf(p->out, "\r%s" ERASE_TO_END, line);
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
