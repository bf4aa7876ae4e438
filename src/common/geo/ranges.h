#ifndef TRAWL_COMMON_GEO_RANGES_H
#define TRAWL_COMMON_GEO_RANGES_H

#include "common/base/err.h"
#include "common/geo/address.h"

#include <stdint.h>

/* IP -> country from geo.tables, the compiled range tables (ranges_layout.h),
 * mapped read-only. The file may be replaced under a running trawl by a rename,
 * never written in place. */
struct ranges;

/* Returns ERR_OK, ERR_INVALID (missing, cut short, damaged, of another
 * version: `why` names the file and the remedy) or ERR_NO_MEMORY. */
enum err ranges_open(
    struct ranges **out, const char *path, struct problem *why);

/* NULL is allowed. */
void ranges_close(struct ranges *r);

/* What the tables say, reserved addresses included. Any thread. */
uint16_t ranges_country(const struct ranges *r, const struct address *ip);

/* Brings into the cache what ranges_countries() reads first of an address. */
void ranges_fetch(const struct ranges *r, const struct address *ip);

/* The same for many at a time, which takes less time for each. */
void ranges_countries(const struct ranges *r, const struct address *ips,
    size_t len, uint16_t *out);

/* RANGES_DIGEST_SIZE bytes that name the content. Lives as long as r. */
const uint8_t *ranges_digest(const struct ranges *r);

#endif
