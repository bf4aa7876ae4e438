/* Passwords through libsodium's argon2id. The hash carries its own cost, so a
 * raised cost applies to new hashes and password_hash_is_cheap() finds the old
 * ones. */
#include "common/base/password.h"

#include <sodium.h>
#include <stdio.h>

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES,
    "the PHC text of libsodium fits");

enum err
password_hash(const struct password_cost *cost, struct span password,
    char out[PASSWORD_HASH_SIZE])
{
	/* It fails only when it cannot have the memory of the cost. */
	if (crypto_pwhash_str(out, password.data ? password.data : "",
		password.len, cost->passes, cost->memory_bytes) != 0)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

bool
password_is_right(const char *hash, struct span password)
{
	return crypto_pwhash_str_verify(
		   hash, password.data ? password.data : "", password.len) == 0;
}

/* False when `hash` is no hash of argon2id. */
static bool
read_cost(const char *hash, struct password_cost *out)
{
	unsigned long memory_kib, passes;

	if (sscanf(hash, "$argon2id$v=19$m=%lu,t=%lu,", &memory_kib, &passes) !=
	    2)
		return false;
	out->passes = passes;
	out->memory_bytes = (uint64_t)memory_kib * 1024;
	return true;
}

bool
password_hash_is_cheap(const char *hash, const struct password_cost *cost)
{
	struct password_cost spent;

	return !read_cost(hash, &spent) || spent.passes < cost->passes ||
	       spent.memory_bytes < cost->memory_bytes / 1024 * 1024;
}

/* The time of argon2 is that of writing its memory once a pass. */
void
password_spend_rest(
    const char *hash, const struct password_cost *cost, struct span password)
{
	struct password_cost spent, rest = *cost;
	char out[PASSWORD_HASH_SIZE];

	if (read_cost(hash, &spent)) {
		uint64_t gone =
		    spent.passes * spent.memory_bytes / cost->passes;

		if (gone + crypto_pwhash_MEMLIMIT_MIN > cost->memory_bytes)
			return;
		rest.memory_bytes -= gone;
	}
	(void)password_hash(&rest, password, out);
	sodium_memzero(out, sizeof(out));
}
