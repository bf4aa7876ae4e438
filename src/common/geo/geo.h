#ifndef TRAWL_COMMON_GEO_GEO_H
#define TRAWL_COMMON_GEO_GEO_H

#include "common/base/err.h"
#include "common/geo/address.h"
#include "common/geo/country.h"

#include <stddef.h>
#include <stdint.h>

/* IP -> country, behind one interface: the compiled range tables or an MMDB
 * file, mapped once by the master and shared by all workers (read-only, any
 * thread), or a table that one task fills with what IPinfo says. Addresses that
 * are of no country (address.h) are answered here, whatever a database says. */

struct geo;
struct address_table;

/* The range tables that set-up installed: beside the executable, else in
 * ../share/trawl. */
enum err geo_open_ranges(
    struct geo **out, const char *path, struct problem *why);
enum err geo_default_ranges_path(char *out, size_t size, struct problem *why);

/* Refuses a file that can answer no country. */
enum err geo_open_mmdb(struct geo **out, const char *path, struct problem *why);

/* What has been answered in the table; reserved addresses never get into it.
 * One thread at a time. table  borrowed; ERR_OK or ERR_NO_MEMORY */
enum err geo_open_table(struct geo **out, struct address_table *table);

/* NULL is allowed. */
void geo_close(struct geo *g);

/* COUNTRY_UNKNOWN where there is none. `g` NULL knows no country at all. */
uint16_t geo_country(const struct geo *g, const struct address *ip);

/* Brings into the cache what geo_countries() reads first of an address: to be called
 * when it is known that it will be asked for. */
void geo_fetch(const struct geo *g, const struct address *ip);

/* The same of many at a time: what they need is fetched side by side. */
void geo_countries(
    const struct geo *g, const struct address *ips, size_t len, uint16_t *out);

/* "ranges 4be1..." or "mmdb 91ab...": kind and digest of the tables or file. Two
 * processes with the same text give the same answers. Lives as long as g. */
const char *geo_source(const struct geo *g);

#endif
