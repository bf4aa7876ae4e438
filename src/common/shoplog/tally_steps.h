#ifndef TRAWL_COMMON_SHOPLOG_TALLY_STEPS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_STEPS_H

#include "common/shoplog/paths.h"
#include "common/shoplog/scan.h"
#include "common/shoplog/tally_state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A batch of visits on its way into a tally, between the files that do a step of
 * it each (tally_visits.c, tally_counts.c, tally_carts.c). Nobody else includes
 * this. */

/* A visit on its way. */
struct step {
	struct path_meaning path;
	uint32_t before; /* page of the visitor's line before */
	uint64_t hash;   /* of the address */
	uint8_t country; /* country_index.h */
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

struct steps {
	struct step at[SCAN_LINES];
	struct cart_step carts[SCAN_LINES];
	uint32_t asked[SCAN_LINES]; /* lines of visitors without a country */
	size_t len, carts_len, asked_len;
};

/* Counts a visit without the arrays of the open day. */
enum err tally_count_sparsely(
    struct tally *t, const struct visit *visit, const struct step *step);

/* A view whose category has no row among them. */
enum err tally_count_view(
    struct tally *t, const struct visit *visit, const struct step *step);

/* Turns to the day of the visit, if there may be another turn. */
enum err tally_turn_day(struct tally *t, const struct visit *visit);

/* Puts line `i`, which event_classify() says is about a cart, on the list of
 * those. */
void tally_list_cart(struct tally *t, struct steps *s,
    const struct visit *visits, size_t i, enum event_kind kind,
    const struct event *event);

/* Fetches the carts of the list and the votes, and adds its lines to them. */
void tally_fetch_carts(struct tally *t, struct steps *s);
enum err tally_add_carts(struct tally *t, const struct steps *s);

#endif
