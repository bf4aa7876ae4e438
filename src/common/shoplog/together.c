/* Carts by the categories that they hold. Nothing of it is kept up to date from
 * parse to parse, because a vote that flips changes carts of long ago. */
#include "common/shoplog/together.h"

#include "common/shoplog/ranking.h"

#include <stdlib.h>

enum { FIRST_ROOM = 16 };

/* The days on which carts were paid: those that hold goods of both categories,
 * or, of the wanted one, all that hold it. */
struct group {
	struct span name; /* in the arena */
	uint32_t *days;
	size_t len, room;
};

struct together {
	struct arena arena;
	struct span category;
	struct group *groups; /* by category; from together_end on, without
				 those that have no cart */
	size_t groups_len;
	uint32_t wanted; /* its group; NO_CATEGORY: no cart is in it */

	/* until together_end */
	const struct catalogue *catalogue;
	uint64_t *seen; /* by category: serial of the last cart that held it */
	uint32_t *held; /* the categories of this cart */
	uint64_t serial;
};

struct together *
together_new(struct span category, const struct catalogue *catalogue)
{
	size_t len = catalogue_categories(catalogue);
	struct together *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	*t = (struct together){
		.catalogue = catalogue, .groups_len = len, .wanted = NO_CATEGORY
	};
	t->category = span_of(arena_copy(&t->arena, category), category.len);
	t->groups = calloc(len + 1, sizeof(*t->groups));
	t->seen = calloc(len + 1, sizeof(*t->seen));
	t->held = calloc(len + 1, sizeof(*t->held));
	if (!t->category.data || !t->groups || !t->seen || !t->held) {
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
	for (size_t i = 0; t->groups && i < t->groups_len; i++)
		free(t->groups[i].days);
	free(t->groups);
	free(t->seen);
	free(t->held);
	arena_reset(&t->arena);
	free(t);
}

static bool
add_day(struct group *g, uint32_t day)
{
	if (g->len == g->room) {
		size_t room = g->room ? 2 * g->room : FIRST_ROOM;
		uint32_t *days = reallocarray(g->days, room, sizeof(*days));

		if (!days)
			return false;
		g->days = days;
		g->room = room;
	}
	g->days[g->len++] = day;
	return true;
}

/* category  of each goods id of the shard */
static bool
add_cart(struct together *t, const struct columns *c, uint32_t cart,
    const uint32_t *category)
{
	bool has_wanted = false, ok = true;
	size_t held = 0;

	t->serial++;
	for (uint32_t i = c->items_from[cart]; i < c->items_from[cart + 1];
	     i++) {
		uint32_t found = category[c->items[i]];

		if (found == NO_CATEGORY || t->seen[found] == t->serial)
			continue;
		t->seen[found] = t->serial;
		t->held[held++] = found;
		has_wanted |= found == t->wanted;
	}
	while (ok && has_wanted && held > 0)
		ok = add_day(&t->groups[t->held[--held]], c->paid_day[cart]);
	return ok;
}

enum err
together_add(struct together *t, const struct columns *shard)
{
	uint32_t *category;
	bool ok = true;

	if (t->wanted == NO_CATEGORY)
		return ERR_OK;
	category = malloc((shard->goods_len + (size_t)1) * sizeof(*category));
	if (!category)
		return ERR_NO_MEMORY;
	catalogue_look_up(
	    t->catalogue, shard->goods_id, shard->goods_len, category);
	for (uint32_t i = 0; ok && i < shard->carts_len; i++)
		if (shard->paid_day[i] != COLUMNS_NO_DAY)
			ok = add_cart(t, shard, i, category);
	free(category);
	return ok ? ERR_OK : ERR_NO_MEMORY;
}

enum err
together_end(struct together *t)
{
	uint32_t wanted = t->wanted;
	size_t kept = 0;
	bool ok = true;

	t->wanted = NO_CATEGORY;
	for (size_t i = 0; i < t->groups_len; i++) {
		struct span name = catalogue_category(t->catalogue, i);
		struct group *g = &t->groups[kept];

		if (t->groups[i].len == 0)
			continue;
		if (i == wanted)
			t->wanted = (uint32_t)kept;
		*g = t->groups[i];
		g->name = span_of(arena_copy(&t->arena, name), name.len);
		ok &= g->name.data != NULL;
		kept++;
	}
	t->groups_len = kept;
	free(t->seen);
	free(t->held);
	t->seen = NULL;
	t->held = NULL;
	t->catalogue = NULL;
	return ok ? ERR_OK : ERR_NO_MEMORY;
}

size_t
together_size(const struct together *t)
{
	size_t size = sizeof(*t) + t->category.len;

	for (size_t i = 0; i < t->groups_len; i++)
		size += sizeof(t->groups[i]) + t->groups[i].name.len +
			t->groups[i].room * sizeof(*t->groups[i].days);
	return size;
}

static uint64_t
count_days(const struct group *g, struct period p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->len; i++)
		n += period_holds(p, g->days[i]);
	return n;
}

enum err
together_answer(const struct together *t, struct period period, struct arena *a,
    struct answer *out)
{
	*out = (struct answer){ .report = 5 };
	if (!answer_set_category(out, a, t->category) ||
	    !ranking_new(out, a, t->groups_len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < t->groups_len; i++) {
		const struct group *g = &t->groups[i];
		struct answer_row *row = &out->ranking[out->ranking_len];
		uint64_t carts = count_days(g, period);

		if (i == t->wanted)
			out->carts = carts;
		if (i == t->wanted || carts == 0)
			continue;
		row->name = span_of(arena_copy(a, g->name), g->name.len);
		row->value = carts;
		if (!row->name.data)
			return ERR_NO_MEMORY;
		out->ranking_len++;
	}
	ranking_name_first(out);
	return ERR_OK;
}
