#ifndef TRAWL_WORKER_STORE_ACCOUNTS_THROTTLE_H
#define TRAWL_WORKER_STORE_ACCOUNTS_THROTTLE_H

#include "worker/req.h"

/* Failed log-ins, counted for all hosts: per login and place that it comes from (an
 * IPv4 address, the /64 of an IPv6 one), per place, and per login from anywhere. A
 * try is counted before its password is compared, and taken back when it was no
 * failure. */
struct throttle {
	struct span login, place;
	int64_t free; /* failures of a login from a place without a wait */
	int64_t free_place; /* of a place; of a login from anywhere */
	int64_t longest_ms;
};

/* Counts a try of the login.
 *
 * failures  of it from anywhere before, of late */
enum req_state store_throttle_login(struct req *r, const struct throttle *t,
    int64_t *failures, req_step *next) __attribute__((warn_unused_result));

/* Counts a try of the login from the place, if it may be made now.
 *
 * is_attacked  the login, from anywhere
 * wait_ms      0: it was counted, go on */
enum req_state store_throttle_try(struct req *r, const struct throttle *t,
    bool is_attacked, int64_t *wait_ms, req_step *next)
    __attribute__((warn_unused_result));

/* A counted try was a failure: `next` runs when it is written down for good. */
enum req_state store_throttle_fail(struct req *r, const struct throttle *t,
    req_step *next) __attribute__((warn_unused_result));

/* It was the right password. Nobody waits for it: what the worker asks Redis
 * next comes after it. Should it be lost, the try has failed. */
void store_throttle_pass(struct worker *w, const struct throttle *t);

/* It was no failure, or was not made; in the same way.
 *
 * of_login, of_place  which of the two counted it */
void store_throttle_back(
    struct worker *w, const struct throttle *t, bool of_login, bool of_place);

#endif
