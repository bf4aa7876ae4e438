#ifndef TRAWL_WORKER_API_LOGIN_H
#define TRAWL_WORKER_API_LOGIN_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"

/* What a login may be. Two logins are one when their bytes are, in Unicode's
 * normal form C, which is made of whatever a client sends: the same letters come
 * composed from one keyboard and decomposed from another, and nobody can see
 * which (RFC 8265, UsernameCasePreserved, does the same). Case is kept and
 * counts. */

/* text  UTF-8
 * out   its normal form; borrowed from `text` or in the arena
 * ERR_OK or ERR_NO_MEMORY. */
enum err login_normalize(struct arena *a, struct span text, struct span *out)
    __attribute__((warn_unused_result));

/* Why nobody can register a login of normal form, for the client; NULL: one can.
 * It would look like another: a blank at an end, or a character that nobody sees
 * (zero-width ones, soft hyphens, marks of direction). */
const char *login_refusal(struct span login);

#endif
