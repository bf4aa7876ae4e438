#ifndef TRAWL_WORKER_STORE_THROTTLE_H
#define TRAWL_WORKER_STORE_THROTTLE_H

#include "worker/req.h"

/* Failed log-ins, counted for all hosts: per login and block of addresses it
 * comes from, per block, and per login from anywhere. */
struct throttle {
	struct span login, block;
	int64_t free; /* failures of a login from a block without a wait */
	int64_t free_block; /* of a block; of a login from anywhere */
	int64_t longest_ms;
};

/* failures  of the login from anywhere, of late */
enum req_state store_throttle_login(struct req *r, const struct throttle *t,
    int64_t *failures, req_step *next) __attribute__((warn_unused_result));

/* is_attacked  the login, from anywhere
 * wait_ms      0: go on */
enum req_state store_throttle_ask(struct req *r, const struct throttle *t,
    bool is_attacked, int64_t *wait_ms, req_step *next)
    __attribute__((warn_unused_result));

enum req_state store_throttle_fail(struct req *r, const struct throttle *t,
    req_step *next) __attribute__((warn_unused_result));

enum req_state store_throttle_pass(struct req *r, const struct throttle *t,
    req_step *next) __attribute__((warn_unused_result));

#endif
