#ifndef TRAWL_COMMON_BASE_TEXT_H
#define TRAWL_COMMON_BASE_TEXT_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Text that comes from outside: what it may be, and how it is shown. Pure. */

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(struct span s);

/* Code points of a text that is UTF-8. */
size_t text_length(struct span s);

/* Whether a text that is UTF-8 holds one of Unicode's category Cc: U+0000 to
 * U+001F, U+007F to U+009F. */
bool text_has_control(struct span s);

/* Writes `s`, each byte that belongs to no well-formed character as U+FFFD, for
 * those to whom only UTF-8 can be shown. Returns the length.
 *
 * out  TEXT_SHOWN_MAX times s.len bytes */
enum { TEXT_SHOWN_MAX = 3 };
size_t text_show(struct span s, char *out);

#endif
