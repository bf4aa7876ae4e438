#ifndef TRAWL_BENCH_PRINTER_H
#define TRAWL_BENCH_PRINTER_H

#include "common/base/civil.h"
#include "shop.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	PRINTER_BUFFER = 1024 * 1024,
	PRINTER_ROOM = 128 * 1024, /* for the longest line */
};

/* How requests become lines: most in the one usual layout, a few in every other
 * one that a log may have, a few malformed in every way that it can be. */
struct printer {
	uint64_t seed, random;
	uint64_t malformed_per_million, ipv6_percent;
	bool is_wide; /* no line in the usual layout */
	uint64_t day; /* that `date` says, from the first */
	char date[CIVIL_DAY_TEXT];
	uint64_t written; /* bytes, of all lines */
	size_t len;
	char buffer[PRINTER_BUFFER + PRINTER_ROOM];
};

/* NULL when memory is out. free(3) gives it back. */
struct printer *printer_new(uint64_t seed, uint64_t malformed_per_million,
    uint64_t ipv6_percent, bool is_wide);

/* Adds a line (and rarely an empty one before it) to the buffer, which must not
 * be full. */
void printer_line(struct printer *p, const struct request *r);

bool printer_is_full(const struct printer *p);

/* Writes the buffer to standard output. False: it takes no more. */
bool printer_flush(struct printer *p);

#endif
