#ifndef TRAWL_COMMON_SHOPLOG_SCAN_UTF8_H
#define TRAWL_COMMON_SHOPLOG_SCAN_UTF8_H

#include "common/base/span.h"

#include <stdbool.h>

/* Whether `s` is well-formed UTF-8 (RFC 3629: nothing overlong, no surrogates,
 * nothing above U+10FFFF) without the control characters 0-31 and 127, tab
 * excepted. Pure, any thread. */
bool utf8_is_plain(struct span s);

#endif
