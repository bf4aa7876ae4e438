/* Carts by the categories that they hold. Nothing of it is kept up to date from
 * parse to parse, because a vote that flips changes carts of long ago. */
#include "common/shoplog/together.h"

#include "common/shoplog/ranking.h"

#include <stdlib.h>

struct together {
	const struct catalogue *catalogue;
	struct span category;
	struct period period;
	size_t categories; /* of the catalogue */
	uint32_t wanted;   /* category's index; NO_CATEGORY: without a vote */
	uint64_t carts;
	uint64_t *with; /* carts by category */
	uint64_t *seen; /* by category: serial of the last cart that held it */
	uint32_t *held; /* the categories of this cart */
	uint64_t serial;
};

struct together *
together_new(struct span category, const struct catalogue *catalogue,
    struct period period)
{
	size_t len = catalogue_categories(catalogue);
	struct together *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	*t = (struct together){ .catalogue = catalogue,
		.category = category,
		.period = period,
		.categories = len,
		.wanted = NO_CATEGORY };
	t->with = calloc(len + 1, sizeof(*t->with));
	t->seen = calloc(len + 1, sizeof(*t->seen));
	t->held = calloc(len + 1, sizeof(*t->held));
	if (!t->with || !t->seen || !t->held) {
		together_free(t);
		return NULL;
	}
	for (size_t i = 0; i < len; i++)
		if (span_is_equal(catalogue_category(catalogue, i), category))
			t->wanted = (uint32_t)i;
	return t;
}

void
together_free(struct together *t)
{
	if (!t)
		return;
	free(t->with);
	free(t->seen);
	free(t->held);
	free(t);
}

/* category  of each goods id of the shard */
static void
add_cart(struct together *t, const struct columns *c, uint32_t cart,
    const uint32_t *category)
{
	bool has_wanted = false;
	size_t held = 0;

	t->serial++;
	for (uint32_t i = c->items_from[cart]; i < c->items_from[cart + 1];
	     i++) {
		uint32_t found = category[c->items[i]];

		if (found == NO_CATEGORY || t->seen[found] == t->serial)
			continue;
		t->seen[found] = t->serial;
		if (found == t->wanted)
			has_wanted = true;
		else
			t->held[held++] = found;
	}
	if (!has_wanted)
		return;
	t->carts++;
	while (held > 0)
		t->with[t->held[--held]]++;
}

enum err
together_add(struct together *t, const struct columns *shard)
{
	uint32_t *category;

	if (t->wanted == NO_CATEGORY)
		return ERR_OK;
	category = malloc((shard->goods_len + (size_t)1) * sizeof(*category));
	if (!category)
		return ERR_NO_MEMORY;
	catalogue_look_up(
	    t->catalogue, shard->goods_id, shard->goods_len, category);
	for (uint32_t i = 0; i < shard->carts_len; i++)
		if (period_holds(t->period, shard->paid_day[i]))
			add_cart(t, shard, i, category);
	free(category);
	return ERR_OK;
}

enum err
together_answer(const struct together *t, struct arena *a, struct answer *out)
{
	size_t len = 0;

	*out = (struct answer){ .report = 5 };
	for (size_t i = 0; i < t->categories; i++)
		len += t->with[i] > 0;
	if (!answer_set_category(out, a, t->category) ||
	    !ranking_new(out, a, len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < t->categories; i++) {
		struct span name = catalogue_category(t->catalogue, i);
		struct answer_row *row = &out->ranking[out->ranking_len];

		if (t->with[i] == 0)
			continue;
		row->name = span_of(arena_copy(a, name), name.len);
		row->value = t->with[i];
		if (!row->name.data)
			return ERR_NO_MEMORY;
		out->ranking_len++;
	}
	out->carts = t->carts;
	ranking_name_first(out);
	return ERR_OK;
}
