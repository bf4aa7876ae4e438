#ifndef TRAWL_WORKER_SERVICE_SEEN_H
#define TRAWL_WORKER_SERVICE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

/* Which sessions this worker has noted in the store as used in this minute, so
 * that each is noted once a minute, however many requests it makes. It may
 * forget one, which is then noted again. Loop thread only. */
struct seen;

/* NULL when memory is out. seen_free takes NULL. */
struct seen *seen_new(void);
void seen_free(struct seen *s);

/* Whether this is the first use of the session in that minute that it knows
 * of.
 *
 * digest  of the session's token, DIGEST_TEXT */
bool seen_is_first(struct seen *s, const char *digest, int64_t minute);

#endif
