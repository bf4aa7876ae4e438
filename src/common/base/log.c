/* A line is put together in a buffer on the stack and written at once: lines
 * of many processes and threads do not mix, and nothing waits in a buffer when
 * a process dies. What is said may hold bytes from outside, so a control byte
 * is written as \n, \t or \x1b: one event stays one line, and a terminal obeys
 * nobody but its owner. */
#include "common/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_SIZE = 1024, LINE_SIZE = 4 * TEXT_SIZE + 128 };

/* Set by log_init before any thread is started, then only read. */
static struct {
	char role[32];
	bool debug;
} log_as = { "trawl", false };

void
log_init(const char *role, bool debug)
{
	snprintf(log_as.role, sizeof(log_as.role), "%s", role);
	log_as.debug = debug;
}

/* Returns the bytes written to `line`, at most four for one of `text`. */
static size_t
escape(char *line, const char *text)
{
	size_t len = 0;

	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\n' || c == '\t') {
			line[len++] = '\\';
			line[len++] = c == '\n' ? 'n' : 't';
		} else if (c < 0x20 || c == 0x7f) {
			len += (size_t)sprintf(line + len, "\\x%02x", c);
		} else {
			line[len++] = (char)c;
		}
	}
	return len;
}

static size_t
begin(char *line, size_t size, const char *level)
{
	struct timespec now;
	struct tm utc;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	len = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
	return len + (size_t)snprintf(line + len, size - len,
			 ".%03ldZ %s [%d] %s: ", now.tv_nsec / 1000000,
			 log_as.role, (int)getpid(), level);
}

__attribute__((format(printf, 2, 0))) static void
say(const char *level, const char *format, va_list args)
{
	char text[TEXT_SIZE];
	char line[LINE_SIZE];
	int saved = errno;
	size_t len;
	ssize_t done;

	vsnprintf(text, sizeof(text), format, args);
	len = begin(line, sizeof(line), level);
	len += escape(line + len, text);
	line[len++] = '\n';
	do
		done = write(STDERR_FILENO, line, len);
	while (done < 0 && errno == EINTR);
	errno = saved;
}

void
log_debug(const char *format, ...)
{
	va_list args;

	if (!log_as.debug)
		return;
	va_start(args, format);
	say("debug", format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("info", format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("warning", format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("error", format, args);
	va_end(args);
}
