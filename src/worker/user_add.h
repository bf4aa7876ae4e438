#ifndef TRAWL_WORKER_USER_ADD_H
#define TRAWL_WORKER_USER_ADD_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/setup.h"

#include <stdint.h>

/* A new user from the command line. */
struct account {
	struct span login, password, first_name, last_name;
};

/* Takes the steps of POST /user, whatever `registration` says, on a loop and a
 * connection to Redis of its own, which it closes again. So the one description
 * of how a user is made holds here, too, and no service needs a door for it: who
 * may talk to its Redis may make users.
 *
 * setup  config, redis and shared are used
 * id     of the new user
 * ERR_INVALID with the reason in `why`, ERR_LOGIN_BUSY, ERR_STORE_DOWN, ... */
enum err user_add(const struct worker_setup *setup, const struct account *a,
    int64_t *id, struct problem *why);

#endif
