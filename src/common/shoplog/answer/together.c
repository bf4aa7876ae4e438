/* Carts by the categories that they hold. Nothing of it is kept up to date from
 * parse to parse, because a vote that flips changes carts of long ago. */
#include "common/shoplog/answer/together.h"

#include "common/shoplog/answer/ranking.h"

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

/* A shard that is being added. */
struct shard {
	const struct columns *columns;
	uint32_t *category; /* of each goods id */
	uint8_t *is_wanted; /* whether it is of the wanted one */
	uint32_t *carts;    /* paid ones that hold goods of the wanted one */
	uint32_t carts_len;
};

/* Most carts are none of these, and which, no processor could guess: so every
 * goods of every cart is looked at, and nothing decided before its last. */
static void
list_carts(struct shard *s)
{
	const struct columns *c = s->columns;
	uint32_t len = 0;

	for (uint32_t i = 0; i < c->carts_len; i++) {
		uint8_t holds = 0;

		for (uint32_t k = c->items_from[i]; k < c->items_from[i + 1];
		     k++)
			holds |= s->is_wanted[c->items[k]];
		s->carts[len] = i;
		len += holds & (c->paid_day[i] != COLUMNS_NO_DAY);
	}
	s->carts_len = len;
}

static bool
add_cart(struct together *t, const struct shard *s, uint32_t cart)
{
	const struct columns *c = s->columns;
	size_t held = 0;
	bool ok = true;

	t->serial++;
	for (uint32_t i = c->items_from[cart]; i < c->items_from[cart + 1];
	     i++) {
		uint32_t found = s->category[c->items[i]];

		if (found == NO_CATEGORY || t->seen[found] == t->serial)
			continue;
		t->seen[found] = t->serial;
		t->held[held++] = found;
	}
	while (ok && held > 0)
		ok = add_day(&t->groups[t->held[--held]], c->paid_day[cart]);
	return ok;
}

static bool
add_shard(struct together *t, struct shard *s)
{
	const struct columns *c = s->columns;
	bool ok = true;

	catalogue_look_up(t->catalogue, c->goods_id, c->goods_len, s->category);
	for (uint32_t i = 0; i < c->goods_len; i++)
		s->is_wanted[i] = s->category[i] == t->wanted;
	list_carts(s);
	for (uint32_t i = 0; ok && i < s->carts_len; i++)
		ok = add_cart(t, s, s->carts[i]);
	return ok;
}

enum err
together_add(struct together *t, const struct columns *shard)
{
	size_t goods = shard->goods_len + (size_t)1;
	size_t carts = shard->carts_len + (size_t)1;
	struct shard s = { .columns = shard };
	bool ok;

	if (t->wanted == NO_CATEGORY)
		return ERR_OK;
	s.category = malloc(goods * sizeof(*s.category));
	s.is_wanted = malloc(goods);
	s.carts = malloc(carts * sizeof(*s.carts));
	ok = s.category && s.is_wanted && s.carts && add_shard(t, &s);
	free(s.category);
	free(s.is_wanted);
	free(s.carts);
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
