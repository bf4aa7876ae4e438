#ifndef TRAWL_WORKER_API_TEXT_H
#define TRAWL_WORKER_API_TEXT_H

#include "common/base/span.h"

#include <stdbool.h>

/* What a text of a client may be. Pure. */

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(struct span s);

/* Code points of a text that is UTF-8. */
size_t text_length(struct span s);

/* Whether a text that is UTF-8 holds one of Unicode's category Cc: U+0000 to
 * U+001F, U+007F to U+009F. */
bool text_has_control(struct span s);

#endif
