#ifndef TRAWL_COMMON_GEO_MMDB_H
#define TRAWL_COMMON_GEO_MMDB_H

#include "common/base/err.h"
#include "common/geo/address.h"

#include <stdint.h>

/* IP -> country from an MMDB file, of whoever made it. The layouts that are
 * understood, in this order:
 *
 *	country.iso_code   MaxMind, DB-IP
 *	country_code       IPinfo Lite and other flat ones
 *	country            IPinfo, as long as it is a code and not a name
 *
 * The file is mapped; replace it by a rename, never in place. */
struct mmdb;

enum { MMDB_DIGEST_SIZE = 16 };

/* Returns ERR_OK, ERR_INVALID (missing, not an MMDB file, damaged, or not one
 * record with a country in it: `why` says which) or ERR_NO_MEMORY. */
enum err mmdb_open(struct mmdb **out, const char *path, struct problem *why);

/* NULL is allowed. */
void mmdb_close(struct mmdb *m);

/* What the file says, reserved addresses included; COUNTRY_UNKNOWN where it
 * says nothing that can be read. Any thread. */
uint16_t mmdb_country(const struct mmdb *m, const struct address *ip);

/* MMDB_DIGEST_SIZE bytes: BLAKE2b of the file. Lives as long as m. */
const uint8_t *mmdb_digest(const struct mmdb *m);

#endif
