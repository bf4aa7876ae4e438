#ifndef TRAWL_WORKER_STORE_ACCOUNTS_LOGIN_H
#define TRAWL_WORKER_STORE_ACCOUNTS_LOGIN_H

#include "worker/req.h"

/* The index login -> user id, which makes logins unique. It lies in another
 * slot than the user: an entry may be left behind by a process that died, and
 * is then taken over (see redis/KEYS.md). Outputs live as long as `r`. */

/* owner  the id that holds the login, 0: nobody */
enum req_state store_login_find(struct req *r, struct span login,
    int64_t *owner, req_step *next) __attribute__((warn_unused_result));

/* owner  0: it is `id`'s now, else the id that holds it */
enum req_state store_login_claim(struct req *r, struct span login, int64_t id,
    int64_t *owner, req_step *next) __attribute__((warn_unused_result));

/* Claims it from `gone`, an id whose user does not exist any more.
 *
 * is_ours  false: somebody else was quicker */
enum req_state store_login_reclaim(struct req *r, struct span login,
    int64_t gone, int64_t id, bool *is_ours, req_step *next)
    __attribute__((warn_unused_result));

/* Gives it back, if it is `id`'s. */
enum req_state store_login_release(struct req *r, struct span login, int64_t id,
    req_step *next) __attribute__((warn_unused_result));

#endif
