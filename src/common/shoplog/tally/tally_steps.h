#ifndef TRAWL_COMMON_SHOPLOG_TALLY_TALLY_STEPS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_TALLY_STEPS_H

#include "common/shoplog/scan/scan.h"
#include "common/shoplog/tally/paths.h"
#include "common/shoplog/tally/tally_state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A batch of visits on its way into a tally, between the files that do a step of
 * it each (tally_visits.c, tally_paths.c, tally_counts.c, tally_carts.c). Nobody
 * else includes this. */

/* A visit on its way. */
struct step {
	struct path_meaning path;
	uint32_t before; /* page of the visitor's line before */
	union { /* where he is if he is near: s->is_ipv6 says which it is */
		struct visitors_bucket *bucket;
		struct ipv6_bucket *ipv6_bucket;
	};
	uint8_t country; /* country_index.h; 0: not met so far */
};

/* A line that names a cart, on its way. */
struct cart_step {
	const struct visit *visit; /* borrowed */
	uint64_t hash;             /* of the cart id */
	uint64_t cart_id;
	uint64_t number;    /* goods id or user id */
	uint64_t vote_hash; /* ballot.h; only if it is a vote */
	uint32_t line;      /* in the batch */
	uint8_t shard;      /* of the cart */
	uint8_t kind;       /* EVENT_CART, EVENT_PAY or EVENT_SUCCESS */
};

/* A line of a visitor without a country. */
struct asked {
	struct visitor *visitor; /* borrowed */
	uint32_t line;           /* in the batch */
};

struct steps {
	struct step at[SCAN_LINES];
	struct cart_step carts[SCAN_LINES]; /* in order of lines */
	/* Lines, in order: of visitors who are not near, and views of categories that
	 * share a row. */
	uint32_t others[SCAN_LINES], shared[SCAN_LINES];
	struct asked asked[SCAN_LINES]; /* in no order */
	size_t len, carts_len, others_len, asked_len, shared_len;
	bool is_ipv6; /* those are looked for where they are near, not IPv4 */
};

/* Fills the paths of s->at, and lists the lines about carts. */
enum err tally_look_at_paths(
    struct tally *t, struct steps *s, const struct visit *visits);

/* Counts a visit without the arrays of the open day. */
enum err tally_count_sparsely(
    struct tally *t, const struct visit *visit, const struct step *step);

/* Counts a view for its category, which has no row there. */
enum err tally_count_view(
    struct tally *t, const struct visit *visit, const struct step *step);

/* Turns to the day, if there may be another turn. */
enum err tally_turn_day(struct tally *t, int32_t day);

/* Puts line `i`, which event_classify() says is about a cart, on the list of
 * those. */
void tally_list_cart(struct tally *t, struct steps *s,
    const struct visit *visits, size_t i, enum event_kind kind,
    const struct event *event);

/* Fetches the carts of the list and the votes, and adds its lines to them. */
void tally_fetch_carts(struct tally *t, struct steps *s);
enum err tally_add_carts(struct tally *t, const struct steps *s);

#endif
