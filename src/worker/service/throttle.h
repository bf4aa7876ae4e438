#ifndef TRAWL_WORKER_SERVICE_THROTTLE_H
#define TRAWL_WORKER_SERVICE_THROTTLE_H

#include "worker/req.h"

/* How often a password may be tried. What a stranger does never shuts the owner
 * out: the waits are those of a login *from a place* (an IPv4 address, the /64
 * of an IPv6 one) and of a place; failures from elsewhere only shorten the
 * patience with places from which the owner has never logged in.
 *
 *	login_tries failures of a login from a place cost nothing, then each
 *	doubles the wait: 1 s, 2 s, 4 s up to login_delay_max_s;
 *	ten times as many failures of a place, whatever the logins, the same;
 *	ten times as many of a login from anywhere: new places get one try.
 *
 * An hour without a failure forgets all of it.
 *
 * A try is a failure from when it begins until it is known to be none. So many at
 * once get no further than one after the other. */
struct throttle_try;

/* Begins a try of the login, from anywhere. It lives as long as the request, and
 * is taken back at its end unless it was made and wrong, as far as anybody has said
 * so. Both of these are queries (store/redis/query.h) for what `next` is. */
enum req_state throttle_begin(
    struct req *r, struct span login, struct throttle_try **out, req_step *next)
    __attribute__((warn_unused_result));

/* Whether it may be made from here, now; begun, and known what that said. */
enum req_state throttle_ask(struct req *r, struct throttle_try *t,
    req_step *next) __attribute__((warn_unused_result));

/* Asked, and known what that said. False: the request ends with throttle_refuse()
 * (ERR_TOO_MANY). */
bool throttle_allows(const struct throttle_try *t);
enum req_state throttle_refuse(struct req *r, const struct throttle_try *t)
    __attribute__((warn_unused_result));

/* The password has been compared. Any thread that has the try just now: whoever
 * hangs up after that has tried all the same. */
void throttle_judge(struct throttle_try *t, bool is_right);

/* Writes a failure down, then runs `next`. */
enum req_state throttle_failed(struct req *r, struct throttle_try *t,
    req_step *next) __attribute__((warn_unused_result));

/* Somebody logs in: the failures before are forgotten, and the place is known to
 * whatever Redis is asked from now on. */
void throttle_passed(struct throttle_try *t);

#endif
