#ifndef TRAWL_COMMON_SHOPLOG_SCAN_WAYS_H
#define TRAWL_COMMON_SHOPLOG_SCAN_WAYS_H

#include "common/shoplog/scan.h"

#include <stdbool.h>

/* The ways there are: the same loop (scan_loop.inc) over different primitives. */
scan_way scan_plain; /* any processor */
#if defined(__x86_64__)
scan_way scan_avx2;
bool scan_has_avx2(void);
#endif

/* What the loop does when a line does not fit. */

/* Reads the line the right way and learns from it when it is plain. Returns
 * false when it is malformed. */
bool scan_read(
    struct scan *s, struct span line, bool is_plain, struct visit *out);

/* Reads what is behind the layout, from the address on, when the address is not
 * IPv4 or the host another one: the line is `line`, its address begins at `at`.
 * false: scan_read may know better. */
bool scan_read_rest(
    struct scan *s, struct span line, size_t at, struct visit *out);

/* Reads the date of a line, which is not that of the line before. */
bool scan_read_date(struct scan *s, const char *date);

#endif
