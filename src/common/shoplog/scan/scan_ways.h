#ifndef TRAWL_COMMON_SHOPLOG_SCAN_SCAN_WAYS_H
#define TRAWL_COMMON_SHOPLOG_SCAN_SCAN_WAYS_H

#include "common/shoplog/scan/scan.h"

#include <stdbool.h>

/* The ways there are: the same loop (scan_loop.inc) over different primitives. */
scan_way scan_plain; /* any processor */
#if defined(__x86_64__)
scan_way scan_avx2;
bool scan_has_avx2(void);
#endif

/* Behind so many lines without a layout only the first one of a batch is held against
 * layouts. */
enum { STRANGE_MANY = 16 };

/* The same of lines that may be usual ones. */
enum { UNUSUAL_MANY = 4, UNUSUAL_EVERY = 16 };

/* Of an address, in bytes. */
enum {
	IPV4_SHORTEST = 7, /* 1.1.1.1 */
	IPV4_LONGEST = 15,
};

/* What 64 bytes are, a bit each. */
struct text {
	uint64_t blanks; /* tabs and ends of lines, too */
	uint64_t high;   /* not ASCII */
	uint64_t ends;   /* "\n" */
	bool is_plain; /* no other control is there; "\r" is before "\n" only */
};

/* What the loop does when a line does not fit. */

enum scan_kind { SCAN_VISIT, SCAN_MALFORMED, SCAN_EMPTY };

/* Reads the first line of the block the right way and learns from it.
 *
 * block  as in scan_lines()
 * next   where the line behind it begins */
enum scan_kind scan_read(
    struct scan *s, struct span block, struct visit *out, const char **next);

/* A log without a usual layout is not worth one a line. */
enum { LEARN_EVERY = 1024 };

/* Whether one of the next `lines` may be learnt from. */
static inline bool
scan_may_learn(const struct scan *s, unsigned lines)
{
	return s->layouts_len < SCAN_LAYOUTS ||
	       s->strange / LEARN_EVERY != (s->strange + lines) / LEARN_EVERY;
}

/* Learns the layout of the first of these lines, if it is well-formed. */
void scan_learn_line(struct scan *s, struct span lines);

/* The day of a date that is not s->date; false when it is no date. */
bool scan_read_date(struct scan *s, struct span date);

/* Takes the date of the line for that of the layout; false when there is none
 * at its place.
 *
 * line  SCAN_WIDTH bytes can be read */
bool scan_turn_day(struct scan_layout *l, const char *line);

/* Reads an address of any form. */
bool scan_read_address(struct span text, struct visit *out);

/* Reads a URL of graphic characters, one at least, and remembers its host. */
bool scan_read_url(struct scan *s, struct span url, struct visit *out);

#endif
