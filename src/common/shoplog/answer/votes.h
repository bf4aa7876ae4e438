#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_VOTES_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_VOTES_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/tally/tally.h"

#include <stddef.h>
#include <stdint.h>

/* Which goods a goods id is: every add-to-cart whose visitor requested a goods
 * page just before votes for that page. Votes add up (a base and deltas); the
 * catalogue is what they elect. In Redis one binary string a segment. */

/* bytes  the caller frees with free(3)
 * ERR_OK or ERR_NO_MEMORY. */
enum err votes_encode(const struct tally *t, uint8_t **bytes, size_t *len);

/* t := t with these votes added. ERR_OK, ERR_CORRUPT or ERR_NO_MEMORY; on an error t
 * may only be freed. */
enum err votes_append(struct tally *t, struct span bytes);

/* goods id -> category, for report 5. Immutable once made, any thread. */
struct catalogue;

/* ERR_OK or ERR_NO_MEMORY; catalogue_free takes NULL. */
enum err catalogue_of_tally(const struct tally *t, struct catalogue **out);
void catalogue_free(struct catalogue *c);

/* How many categories there are, and the name of one, which lives as long as c. */
size_t catalogue_categories(const struct catalogue *c);
struct span catalogue_category(const struct catalogue *c, size_t index);

#define NO_CATEGORY UINT32_MAX

/* The category of each of many goods ids, by its index; NO_CATEGORY for one
 * without a vote.
 *
 * goods_id  ascending
 * category  [len], filled */
void catalogue_look_up(const struct catalogue *c, const uint64_t *goods_id,
    size_t len, uint32_t *category);

#endif
