#ifndef TRAWL_COMMON_BASE_LOG_H
#define TRAWL_COMMON_BASE_LOG_H

#include <stdbool.h>

/* What the program tells its operator: one line an event on standard error,
 * `2026-01-31T09:00:00.123Z worker 2 [4711] info: text`, one write(2) a line so
 * that lines of many processes do not mix. Never a secret, password or token.
 * Any thread. */

/* role    "master", "worker 2"; copied
 * debug   whether log_debug() says anything */
void log_init(const char *role, bool debug);

void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
