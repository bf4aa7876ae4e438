#ifndef TRAWL_COMMON_BASE_PASSWORD_H
#define TRAWL_COMMON_BASE_PASSWORD_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Passwords as argon2id in PHC form ("$argon2id$v=19$m=...", RFC 9106), by
 * libsodium. Slow and memory-hungry by design: pool threads only. */
enum { PASSWORD_HASH_SIZE = 128 };

struct password_cost {
	uint64_t passes;       /* t */
	uint64_t memory_bytes; /* m */
};

/* A hash of this cost, with a salt of its own. ERR_OK; ERR_NO_MEMORY: there is no
 * memory of `cost`. */
enum err password_hash(const struct password_cost *cost, struct span password,
    char out[PASSWORD_HASH_SIZE]);

/* Takes the time that `hash` was made with; a hash that cannot be read is a
 * wrong password. */
bool password_is_right(const char *hash, struct span password);

/* Spends the time that a hash of `cost` takes beyond one like `hash`: who was
 * refused for a wrong password does not learn from the time that the account
 * has an older, cheaper hash, and so that there is one. */
void password_spend_rest(
    const char *hash, const struct password_cost *cost, struct span password);

/* Whether `hash` was made with less than `cost` and wants to be renewed. */
bool password_hash_is_cheap(const char *hash, const struct password_cost *cost);

#endif
