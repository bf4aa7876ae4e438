/* One interface over the sources of countries, and the rule that stands above
 * them all: reserved addresses are of no country. */
#include "common/geo/geo.h"

#include "common/geo/address_table.h"
#include "common/geo/mmdb.h"
#include "common/geo/ranges.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct geo {
	/* One of them, the others are NULL. */
	struct ranges *ranges;       /* owner */
	struct mmdb *mmdb;           /* owner */
	struct address_table *table; /* borrowed */
	char source[32];
};

static void
name_source(struct geo *g, const char *kind, const uint8_t *digest)
{
	snprintf(g->source, sizeof(g->source), "%s %02x%02x%02x%02x", kind,
	    digest[0], digest[1], digest[2], digest[3]);
}

enum err
geo_open_ranges(struct geo **out, const char *path, struct problem *why)
{
	struct geo *g = calloc(1, sizeof(*g));
	enum err e = g ? ranges_open(&g->ranges, path, why) : ERR_NO_MEMORY;

	if (e) {
		free(g);
		return e;
	}
	name_source(g, "ranges", ranges_digest(g->ranges));
	*out = g;
	return ERR_OK;
}

enum err
geo_open_mmdb(struct geo **out, const char *path, struct problem *why)
{
	struct geo *g = calloc(1, sizeof(*g));
	enum err e = g ? mmdb_open(&g->mmdb, path, why) : ERR_NO_MEMORY;

	if (e) {
		free(g);
		return e;
	}
	name_source(g, "mmdb", mmdb_digest(g->mmdb));
	*out = g;
	return ERR_OK;
}

enum err
geo_open_table(struct geo **out, struct address_table *table)
{
	struct geo *g = calloc(1, sizeof(*g));

	if (!g)
		return ERR_NO_MEMORY;
	g->table = table;
	*out = g;
	return ERR_OK;
}

enum err
geo_default_ranges_path(char *out, size_t size, struct problem *why)
{
	static const char *const places[] = { "geo.tables",
		"../share/trawl/geo.tables" };
	char folder[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	char *slash;

	if (len < 0)
		return problem_set(
		    why, ERR_INVALID, "/proc/self/exe: %s", strerror(errno));
	folder[len] = '\0';
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int n = snprintf(out, size, "%s/%s", folder, places[i]);

		if (n >= 0 && (size_t)n < size && access(out, F_OK) == 0)
			return ERR_OK;
	}
	return problem_set(why, ERR_INVALID,
	    "no table of countries: neither %s/%s nor %s/%s is there; "
	    "build it: script/build",
	    folder, places[0], folder, places[1]);
}

void
geo_close(struct geo *g)
{
	if (!g)
		return;
	ranges_close(g->ranges);
	mmdb_close(g->mmdb);
	free(g);
}

uint16_t
geo_country(const struct geo *g, const struct address *ip)
{
	if (!g || address_is_reserved(ip))
		return COUNTRY_UNKNOWN;
	if (g->table)
		return address_table_country(g->table, ip);
	return g->ranges ? ranges_country(g->ranges, ip)
			 : mmdb_country(g->mmdb, ip);
}

void
geo_fetch(const struct geo *g, const struct address *ip)
{
	if (g && g->ranges)
		ranges_fetch(g->ranges, ip);
}

void
geo_countries(
    const struct geo *g, const struct address *ips, size_t len, uint16_t *out)
{
	if (!g || !g->ranges) {
		for (size_t i = 0; i < len; i++)
			out[i] = geo_country(g, &ips[i]);
		return;
	}
	ranges_countries(g->ranges, ips, len, out);
	for (size_t i = 0; i < len; i++)
		if (address_is_reserved(&ips[i]))
			out[i] = COUNTRY_UNKNOWN;
}

const char *
geo_source(const struct geo *g)
{
	return g->source;
}
