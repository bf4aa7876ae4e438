#ifndef TRAWL_COMMON_SHOPLOG_TALLY_BALLOT_H
#define TRAWL_COMMON_SHOPLOG_TALLY_BALLOT_H

#include "common/base/err.h"
#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/hash_table.h"
#include "common/shoplog/table/names.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/table/names_order.h"

#include <stdint.h>

/* Votes of add-to-carts for goods pages, counted by (goods id, page). Who wins
 * is asked of a catalogue (votes.h). */
struct vote {
	struct hash_key key; /* goods id, id of the page */
	uint64_t votes;
};

struct ballot {
	struct hash_table table; /* of struct vote */
};

void ballot_init(struct ballot *b, const struct hash_secret *secret);
void ballot_cleanup(struct ballot *b);

/* Adds votes of a goods id for a page, an id of the dictionary. ERR_OK or
 * ERR_NO_MEMORY, as all that follows unless it says otherwise. */
enum err ballot_add(
    struct ballot *b, uint64_t goods_id, uint32_t page, uint64_t votes);
/* The same with the hash at hand, for many at a time (hash_table.h). */
static inline uint64_t
ballot_hash(const struct ballot *b, uint64_t goods_id, uint32_t page)
{
	return hash_of(&b->table.secret, (struct hash_key){ goods_id, page });
}

enum err ballot_add_hashed(struct ballot *b, uint64_t goods_id, uint32_t page,
    uint64_t hash, uint64_t votes);

/* left := left, then right. map  from ids of right_names, filled on the way */
enum err ballot_append(struct ballot *left, struct names *left_names,
    const struct ballot *right, const struct names *right_names,
    struct names_map *map);

/* Every vote by goods id, then page in byte order: one pointer for each, the caller
 * frees them with free(3). NULL when memory is out. o  knows the pages */
const struct vote **ballot_sorted(
    const struct ballot *b, struct names_order *o);

/* Makes the pages known to `o`. */
void ballot_use_names(const struct ballot *b, struct names_order *o);

/* In bytes: a number of rows, then goods id (the step from the row before),
 * rank of the page, votes; varints, in the order of ballot_sorted. ballot_read adds
 * what it reads; it may be ERR_CORRUPT, too. */
enum err ballot_write(
    struct writer *w, const struct ballot *b, struct names_order *o);
enum err ballot_read(struct ballot *b, const struct names *n, struct reader *r,
    const struct names_map *map);

#endif
