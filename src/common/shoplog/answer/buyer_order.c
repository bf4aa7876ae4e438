/* The carts of a buyer are linked through a table that lies in the cache, sparse,
 * because every second look into it costs more than its memory. Whether a cart is
 * its buyer's first decides no branch: no processor could guess it. */
#include "common/shoplog/answer/buyer_order.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROOM_FIRST = 16,
	PLACES = 4, /* for each cart, at least */
};

void
buyer_order_cleanup(struct buyer_order *o)
{
	free(o->low);
	free(o->high);
	free(o->days);
	free(o->last);
	free(o->before);
	free(o->is_followed);
	free(o->ends);
	*o = (struct buyer_order){ .secret = o->secret };
}

bool
buyer_order_begin(struct buyer_order *o, uint32_t carts)
{
	size_t room = ROOM_FIRST;

	o->carts = carts;
	if (carts < o->room)
		return true;
	buyer_order_cleanup(o);
	while (room <= carts)
		room *= 2;
	o->carts = carts;
	o->low = malloc(room * sizeof(*o->low));
	o->high = malloc(room * sizeof(*o->high));
	o->days = malloc(room * sizeof(*o->days));
	o->places_len = room * PLACES;
	o->last = malloc(o->places_len * sizeof(*o->last));
	o->before = malloc(room * sizeof(*o->before));
	o->is_followed = malloc(room * sizeof(*o->is_followed));
	o->ends = malloc(room * sizeof(*o->ends));
	if (!o->low || !o->high || !o->days || !o->last || !o->before ||
	    !o->is_followed || !o->ends)
		return false;
	o->room = room;
	return true;
}

static inline void
link_carts(struct buyer_order *o, bool is_wide)
{
	size_t mask = o->places_len - 1;

	memset(o->last, 0, o->places_len * sizeof(*o->last));
	o->low[0] = o->high[0] = 0;
	for (uint32_t i = 1; i <= o->carts; i++) {
		struct hash_key key = { is_wide ? o->high[i] : 0, o->low[i] };
		size_t at = hash_of(o->secret, key) & mask;
		uint32_t before;
		bool is_new, is_same;

		for (;; at = (at + 1) & mask) {
			before = o->last[at];
			is_new = before == 0;
			is_same = o->low[before] == key.low;
			if (is_wide)
				is_same &= o->high[before] == key.high;
			if (is_new | is_same)
				break;
		}
		o->last[at] = i;
		o->before[i] = before;
		o->is_followed[i] = false;
		o->is_followed[before] = true;
	}
}

void
buyer_order_write(struct buyer_order *o, bool is_wide, uint32_t *days)
{
	size_t ends = 0;

	if (is_wide)
		link_carts(o, true);
	else
		link_carts(o, false);
	for (uint32_t i = 1; i <= o->carts; i++) {
		o->ends[ends] = i;
		ends += !o->is_followed[i];
	}
	for (size_t i = 0; i < ends; i++) {
		uint32_t mark = BUYER_FIRST;

		for (uint32_t at = o->ends[i]; at; at = o->before[at]) {
			*days++ = o->days[at] | mark;
			mark = 0;
		}
	}
}
