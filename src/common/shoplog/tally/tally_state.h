#ifndef TRAWL_COMMON_SHOPLOG_TALLY_TALLY_STATE_H
#define TRAWL_COMMON_SHOPLOG_TALLY_TALLY_STATE_H

#include "common/shoplog/carts/carts.h"
#include "common/shoplog/table/names.h"
#include "common/shoplog/tally/ballot.h"
#include "common/shoplog/tally/country_index.h"
#include "common/shoplog/tally/counts.h"
#include "common/shoplog/tally/tally.h"
#include "common/shoplog/tally/visitors.h"

#include <stdbool.h>

/* What a tally is made of: for the files of this layer that encode it or answer
 * from it. Nobody else includes this. */
struct tally {
	const struct geo *geo;     /* borrowed; NULL knows no country */
	struct hash_secret secret; /* of every table below */
	struct paths *paths;       /* owner; NULL until visits come */
	struct open_day *open_day; /* owner; the same */
	struct country_index countries;
	struct tally_summary summary;
	struct names names; /* ids in all that follows */
	struct counts counts;
	struct ballot ballot;
	struct visitors visitors;
	bool is_ipv6; /* most addresses of the last visits */
	struct carts carts[SHARDS];
};

/* Whether all counts are in t->counts (tally_end_visits). */
bool tally_is_settled(const struct tally *t);

#endif
