#ifndef TRAWL_COMMON_SHOPLOG_CARTS_CARTS_H
#define TRAWL_COMMON_SHOPLOG_CARTS_CARTS_H

#include "common/base/civil.h"
#include "common/base/err.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/carts/held_goods.h"
#include "common/shoplog/table/hash_table.h"

#include <stdint.h>

/* The carts of one shard while they grow. */
struct cart {
	struct hash_key key; /* 0, cart id */
	uint64_t owner_key;  /* user id, IPv4, high half of IPv6 */
	uint64_t owner_low;  /* low half of IPv6 */
	uint32_t paid_day;   /* COLUMNS_NO_DAY: not paid so far */
	uint32_t named_day : 24;
	uint32_t owner : 8; /* enum cart_owner */
};
_Static_assert(CIVIL_DAY_MAX < 1 << 24, "every day fits");

struct carts {
	struct hash_table table; /* of struct cart */
	struct held_goods goods; /* by index in the table */
};

void carts_init(struct carts *c, const struct hash_secret *secret);
void carts_cleanup(struct carts *c);

/* A line of `day` names the cart. *out is valid until the next carts_name. ERR_OK or
 * ERR_NO_MEMORY, as all that follows unless it says otherwise. */
enum err carts_name(
    struct carts *c, uint64_t cart_id, int32_t day, struct cart **out);

/* The same with the hash of the id at hand (hash_table.h). */
enum err carts_name_hashed(struct carts *c, uint64_t cart_id, uint64_t hash,
    int32_t day, struct cart **out);

/* The cart gets goods that it may have already. */
enum err carts_hold(
    struct carts *c, const struct cart *cart, uint64_t goods_id);

/* A pay line of this user, and a success_pay line, name the cart. */
void cart_pay(struct cart *c, uint64_t user_id);

/* ip  key of the address: network order, two halves */
void cart_success(struct cart *c, int32_t day, struct hash_key ip);

/* left := left, then right, which tells of the same cart later in the log. The
 * one place that says what of a cart outlives what: its first days stay, its
 * last pay line outranks any address, the last address an earlier one. */
void cart_follow(struct cart *left, const struct cart *right);

/* left := left, then right. */
enum err carts_append(struct carts *left, const struct carts *right);
enum err carts_append_columns(struct carts *left, const struct columns *right);

/* Cart `i` of the columns, without its goods. */
struct cart cart_of_columns(const struct columns *c, uint32_t i);

#endif
