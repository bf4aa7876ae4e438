/* The lines of many visits that are about carts, in three rounds: the cart's bucket
 * is fetched, the cart, and then both are there. */
#include "common/shoplog/tally_state.h"

#include "common/shoplog/open_day.h"
#include "common/shoplog/shard.h"
#include "common/shoplog/tally_steps.h"

bool
tally_find_cart(
    struct tally *t, struct steps *s, const struct visit *visits, size_t i)
{
	struct cart_step *c = &s->carts[s->carts_len];
	struct step *step = &s->at[i];
	struct hash_key key = { 0, 0 };
	struct event event;
	enum event_kind kind = event_classify(visits[i].rest, &event);

	if (!event_is_of_cart(kind))
		return false;
	step->path = (struct path_meaning){ .category = NAME_NONE,
		.page = NAME_NONE,
		.kind = (uint8_t)kind,
		.row = open_day_place(NAME_NONE) };
	key.low = event.cart_id;
	*c = (struct cart_step){ .visit = &visits[i],
		.cart_id = event.cart_id,
		.hash = hash_of(&t->secret, key),
		.line = (uint32_t)i,
		.shard = (uint8_t)shard_of(key),
		.kind = (uint8_t)kind };
	if (kind == EVENT_CART)
		c->number = event.goods_id;
	else if (kind == EVENT_PAY)
		c->number = event.user_id;
	hash_table_fetch_bucket(&t->carts[c->shard].table, c->hash);
	s->carts_len++;
	return true;
}

void
tally_fetch_carts(struct tally *t, const struct steps *s)
{
	for (size_t i = 0; i < s->carts_len; i++)
		hash_table_fetch_entry(
		    &t->carts[s->carts[i].shard].table, s->carts[i].hash);
}

/* The cart gets goods, which tells what page its visitor came from. */
static enum err
fill(struct tally *t, const struct steps *s, const struct cart_step *c,
    const struct cart *cart)
{
	uint32_t page = s->at[c->line].before;
	enum err e = carts_hold(&t->carts[c->shard], cart, c->number);

	return e || page == NAME_NONE
		   ? e
		   : ballot_add(&t->ballot, c->number, page, 1);
}

enum err
tally_add_carts(struct tally *t, const struct steps *s)
{
	for (size_t i = 0; i < s->carts_len; i++) {
		const struct cart_step *c = &s->carts[i];
		struct cart *cart;
		enum err e = carts_name_hashed(&t->carts[c->shard], c->cart_id,
		    c->hash, c->visit->day, &cart);

		if (e)
			return e;
		if (c->kind == EVENT_PAY)
			cart_pay(cart, c->number);
		else if (c->kind == EVENT_SUCCESS)
			cart_success(cart, c->visit->day, c->visit->ip);
		else
			e = fill(t, s, c, cart);
		if (e)
			return e;
	}
	return ERR_OK;
}
