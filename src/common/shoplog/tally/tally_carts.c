/* The lines of many visits that are about carts, in three rounds: the cart's bucket
 * is fetched, the cart, and then both are there. */
#include "common/shoplog/tally/tally_state.h"

#include "common/shoplog/tally/open_day.h"
#include "common/shoplog/tally/shard.h"
#include "common/shoplog/tally/tally_steps.h"

/* A place on the list, which is in order of lines, whatever order they are found
 * in. */
static struct cart_step *
add_to_list(struct steps *s, size_t line)
{
	size_t at = s->carts_len++;

	for (; at > 0 && s->carts[at - 1].line > line; at--)
		s->carts[at] = s->carts[at - 1];
	return &s->carts[at];
}

void
tally_list_cart(struct tally *t, struct steps *s, const struct visit *visits,
    size_t i, enum event_kind kind, const struct event *event)
{
	struct cart_step *c = add_to_list(s, i);
	struct hash_key key = { 0, event->cart_id };

	s->at[i].path = (struct path_meaning){ .category = NAME_NONE,
		.page = NAME_NONE,
		.kind = (uint8_t)kind,
		.row = OPEN_ROW_REST };
	*c = (struct cart_step){ .visit = &visits[i],
		.cart_id = event->cart_id,
		.hash = hash_of(&t->secret, key),
		.line = (uint32_t)i,
		.shard = (uint8_t)shard_of(key),
		.kind = (uint8_t)kind };
	if (kind == EVENT_CART)
		c->number = event->goods_id;
	else if (kind == EVENT_PAY)
		c->number = event->user_id;
	hash_table_fetch_bucket(&t->carts[c->shard].table, c->hash);
}

/* Whether the line is a vote: its cart gets goods, and its visitor came from a page. */
static bool
is_vote(const struct steps *s, const struct cart_step *c)
{
	return c->kind == EVENT_CART && s->at[c->line].before != NAME_NONE;
}

void
tally_fetch_carts(struct tally *t, struct steps *s)
{
	const struct hash_table *votes = &t->ballot.table;

	for (size_t i = 0; i < s->carts_len; i++) {
		struct cart_step *c = &s->carts[i];

		hash_table_fetch_entry(&t->carts[c->shard].table, c->hash);
		if (!is_vote(s, c))
			continue;
		c->vote_hash =
		    ballot_hash(&t->ballot, c->number, s->at[c->line].before);
		hash_table_fetch_bucket(votes, c->vote_hash);
	}
	for (size_t i = 0; i < s->carts_len; i++)
		if (is_vote(s, &s->carts[i]))
			hash_table_fetch_entry(votes, s->carts[i].vote_hash);
}

/* The cart gets goods, which tells what page its visitor came from. */
static enum err
fill(struct tally *t, const struct steps *s, const struct cart_step *c,
    const struct cart *cart)
{
	enum err e = carts_hold(&t->carts[c->shard], cart, c->number);

	return e || !is_vote(s, c)
		   ? e
		   : ballot_add_hashed(&t->ballot, c->number,
			 s->at[c->line].before, c->vote_hash, 1);
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
