/* Carts by id, and what is in them. */
#include "common/shoplog/carts/carts.h"

#include "common/shoplog/scan/visit.h"

#include <stdlib.h>

void
carts_init(struct carts *c, const struct hash_secret *secret)
{
	hash_table_init(&c->table, sizeof(struct cart), secret);
	c->goods = (struct held_goods){ 0 };
}

void
carts_cleanup(struct carts *c)
{
	hash_table_cleanup(&c->table);
	held_goods_cleanup(&c->goods);
}

enum err
carts_name(struct carts *c, uint64_t cart_id, int32_t day, struct cart **out)
{
	struct hash_key key = { 0, cart_id };

	return carts_name_hashed(
	    c, cart_id, hash_of(&c->table.secret, key), day, out);
}

enum err
carts_name_hashed(struct carts *c, uint64_t cart_id, uint64_t hash, int32_t day,
    struct cart **out)
{
	struct hash_key key = { 0, cart_id };
	bool is_new;

	*out = hash_table_add_hashed(&c->table, key, hash, &is_new);
	if (!*out)
		return ERR_NO_MEMORY;
	/* As a whole: to change a part would wait for what has just been zeroed. */
	if (is_new)
		**out = (struct cart){ .key = key,
			.paid_day = COLUMNS_NO_DAY,
			.named_day = (uint32_t)day };
	return ERR_OK;
}

enum err
carts_hold(struct carts *c, const struct cart *cart, uint64_t goods_id)
{
	return held_goods_add(
	    &c->goods, (uint32_t)hash_table_index(&c->table, cart), goods_id);
}

void
cart_pay(struct cart *c, uint64_t user_id)
{
	c->owner = OWNER_USER;
	c->owner_key = user_id;
	c->owner_low = 0;
}

void
cart_success(struct cart *c, int32_t day, struct hash_key ip)
{
	if (c->paid_day == COLUMNS_NO_DAY)
		c->paid_day = (uint32_t)day;
	if (c->owner == OWNER_USER)
		return;
	if (visitor_is_ipv4(ip)) {
		c->owner = OWNER_IPV4;
		c->owner_key = (uint32_t)ip.low;
		c->owner_low = 0;
	} else {
		c->owner = OWNER_IPV6;
		c->owner_key = ip.high;
		c->owner_low = ip.low;
	}
}

void
cart_follow(struct cart *left, const struct cart *right)
{
	if (left->paid_day == COLUMNS_NO_DAY)
		left->paid_day = right->paid_day;
	if (right->owner == OWNER_NONE ||
	    (left->owner == OWNER_USER && right->owner != OWNER_USER))
		return;
	left->owner = right->owner;
	left->owner_key = right->owner_key;
	left->owner_low = right->owner_low;
}

static enum err
follow(struct carts *left, const struct cart *right, struct cart **out)
{
	enum err e =
	    carts_name(left, right->key.low, (int32_t)right->named_day, out);

	if (!e)
		cart_follow(*out, right);
	return e;
}

enum err
carts_append(struct carts *left, const struct carts *right)
{
	struct cart *cart;
	enum err e = ERR_OK;
	uint32_t *index;

	index = malloc((right->table.len + 1) * sizeof(*index));
	if (!index)
		return ERR_NO_MEMORY;
	for (size_t i = 0; !e && i < right->table.len; i++) {
		e = follow(left, hash_table_at(&right->table, i), &cart);
		if (!e)
			index[i] =
			    (uint32_t)hash_table_index(&left->table, cart);
	}
	for (size_t i = 0; !e && i < right->goods.len; i++) {
		const struct radix_row *row = &right->goods.rows[i];

		e = held_goods_add(&left->goods, index[row->value], row->key);
	}
	free(index);
	return e;
}

struct cart
cart_of_columns(const struct columns *c, uint32_t i)
{
	struct cart cart = {
		.key = { 0, c->cart_id[i] },
		.owner_key = c->owner_key[i],
		.named_day = c->named_day[i],
		.paid_day = c->paid_day[i],
		.owner = c->owner[i],
	};

	if (cart.owner == OWNER_IPV6) {
		cart.owner_low = c->owner_ipv6[cart.owner_key].low;
		cart.owner_key = c->owner_ipv6[cart.owner_key].high;
	}
	return cart;
}

enum err
carts_append_columns(struct carts *left, const struct columns *right)
{
	if (!hash_table_reserve(&left->table, right->carts_len))
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < right->carts_len; i++) {
		struct cart cart = cart_of_columns(right, i), *to;
		enum err e = follow(left, &cart, &to);

		for (uint32_t item = right->items_from[i];
		     !e && item < right->items_from[i + 1]; item++)
			e = carts_hold(
			    left, to, right->goods_id[right->items[item]]);
		if (e)
			return e;
	}
	return ERR_OK;
}
