#ifndef TRAWL_COMMON_BASE_COMPLAINTS_H
#define TRAWL_COMMON_BASE_COMPLAINTS_H

#include "common/base/err.h"

#include <stddef.h>

/* Everything that is wrong with something, gathered line by line so that it is
 * said at once. Lines that do not fit a `struct problem` any more are counted.
 * All zeros: nothing is wrong. */
struct complaints {
	char text[sizeof(((struct problem *)NULL)->text) -
		  sizeof("\nand 9999 more")];
	size_t len;
	unsigned left_off;
};

/* Adds a line. */
void complaints_add(struct complaints *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ERR_OK when there is none, else ERR_INVALID with all of them in `why`. */
enum err complaints_end(const struct complaints *c, struct problem *why);

/* A value as a line shows it: its beginning, control characters as '?', in
 * quotes. Returns `out`. */
enum { COMPLAINTS_VALUE_TEXT = 48 };
const char *complaints_show(char out[COMPLAINTS_VALUE_TEXT], const char *value);

#endif
