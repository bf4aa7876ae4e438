/* The answers that are asked of the carts each time: 5 and 7. Nothing of them
 * is kept up to date, because a late pay line or a vote that flips changes
 * carts of long ago. */
#include "common/shoplog/answer.h"

#include "common/shoplog/hash_table.h"
#include "common/shoplog/ranking.h"

#include <inttypes.h>
#include <stdlib.h>

static bool
is_paid_within(const struct columns *c, uint32_t cart, struct period period)
{
	uint32_t day = c->paid_day[cart];

	return day != COLUMNS_NO_DAY && (int32_t)day >= period.from &&
	       (int32_t)day <= period.to;
}

/* Paid carts that hold goods of the category, alone and with each other one. */
struct together {
	const struct catalogue *catalogue;
	size_t categories; /* of the catalogue */
	int64_t wanted;    /* index of the category; -1: nobody voted for it */
	uint64_t carts;
	uint64_t *with; /* carts by category */
	uint64_t *seen; /* by category: serial of the last cart that held it */
	uint32_t *held; /* the categories of this cart */
	uint64_t serial;
};

static void
together_cleanup(struct together *t)
{
	free(t->with);
	free(t->seen);
	free(t->held);
}

static enum err
together_init(
    struct together *t, const struct catalogue *catalogue, struct span category)
{
	size_t len = catalogue_categories(catalogue);

	*t = (struct together){
		.catalogue = catalogue, .categories = len, .wanted = -1
	};
	t->with = calloc(len + 1, sizeof(*t->with));
	t->seen = calloc(len + 1, sizeof(*t->seen));
	t->held = calloc(len + 1, sizeof(*t->held));
	if (!t->with || !t->seen || !t->held)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++)
		if (span_is_equal(catalogue_category(catalogue, i), category))
			t->wanted = (int64_t)i;
	return ERR_OK;
}

/* category  of each goods id of the shard, UINT32_MAX for none */
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

		if (found == UINT32_MAX || t->seen[found] == t->serial)
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

static enum err
add_shard(struct together *t, const struct columns *c, struct period period)
{
	uint32_t *category =
	    malloc((c->goods_len + (size_t)1) * sizeof(*category));

	if (!category)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < c->goods_len; i++) {
		int64_t found = catalogue_find(t->catalogue, c->goods_id[i]);

		category[i] = found < 0 ? UINT32_MAX : (uint32_t)found;
	}
	for (uint32_t i = 0; i < c->carts_len; i++)
		if (is_paid_within(c, i, period))
			add_cart(t, c, i, category);
	free(category);
	return ERR_OK;
}

static enum err
rank_categories(struct answer *out, struct arena *a, const struct together *t)
{
	size_t len = 0;

	for (size_t i = 0; i < t->categories; i++)
		len += t->with[i] > 0;
	if (!ranking_new(out, a, len))
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

enum err
answer_together(struct answer *out, struct arena *a, struct span category,
    const struct columns *shards, size_t shards_len,
    const struct catalogue *catalogue, struct period period)
{
	struct together t;
	enum err e = together_init(&t, catalogue, category);

	*out = (struct answer){ .report = 5 };
	if (!e && !answer_set_category(out, a, category))
		e = ERR_NO_MEMORY;
	for (size_t i = 0; !e && t.wanted >= 0 && i < shards_len; i++)
		e = add_shard(&t, &shards[i], period);
	if (!e)
		e = rank_categories(out, a, &t);
	together_cleanup(&t);
	return e;
}

/* Something counted: the carts of a buyer, or the buyers with so many carts. */
struct tick {
	struct hash_key key;
	uint64_t count;
};

/* Buyers are users and, of carts without a pay line, addresses. */
struct buyers {
	struct hash_table users;     /* of struct tick by user id */
	struct hash_table addresses; /* of struct tick by address, as IPv6 */
	struct hash_table by_carts; /* of struct tick by number of paid carts */
};

static bool
tick(struct hash_table *t, struct hash_key key)
{
	bool is_new;
	struct tick *entry = hash_table_add(t, key, &is_new);

	if (entry)
		entry->count++;
	return entry != NULL;
}

static bool
add_buyer(struct buyers *b, const struct columns *c, uint32_t cart)
{
	uint64_t key = c->owner_key[cart];

	switch (c->owner[cart]) {
	case OWNER_USER:
		return tick(&b->users, (struct hash_key){ 0, key });
	case OWNER_IPV4:
		return tick(&b->addresses,
		    (struct hash_key){ 0, (uint64_t)0xffff << 32 | key });
	default:
		return tick(&b->addresses,
		    (struct hash_key){ key, c->owner_low[cart] });
	}
}

static bool
count_by_carts(struct buyers *b, const struct hash_table *buyers)
{
	for (size_t i = 0; i < buyers->len; i++) {
		const struct tick *buyer = hash_table_at(buyers, i);

		if (!tick(&b->by_carts, (struct hash_key){ 0, buyer->count }))
			return false;
	}
	return true;
}

static enum err
rank_buyers(struct answer *out, struct arena *a, const struct buyers *b)
{
	if (!ranking_new(out, a, b->by_carts.len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < b->by_carts.len; i++) {
		const struct tick *row = hash_table_at(&b->by_carts, i);
		char *name = arena_printf(a, "%" PRIu64, row->key.low);

		if (!name)
			return ERR_NO_MEMORY;
		out->ranking[out->ranking_len++] =
		    (struct answer_row){ .name = span_text(name),
			    .value = row->count };
		out->buyers += row->count;
		out->value += row->key.low >= 2 ? row->count : 0;
	}
	ranking_sort(out);
	return ERR_OK;
}

enum err
answer_repeat(struct answer *out, struct arena *a, const struct columns *shards,
    size_t shards_len, struct period period)
{
	struct hash_secret secret;
	struct buyers b;
	bool has_memory = true;
	enum err e = ERR_NO_MEMORY;

	*out = (struct answer){ .report = 7 };
	if (!hash_secret_new(&secret))
		return ERR_NO_MEMORY;
	hash_table_init(&b.users, sizeof(struct tick), &secret);
	hash_table_init(&b.addresses, sizeof(struct tick), &secret);
	hash_table_init(&b.by_carts, sizeof(struct tick), &secret);
	for (size_t i = 0; i < shards_len; i++)
		for (uint32_t cart = 0;
		     has_memory && cart < shards[i].carts_len; cart++)
			if (is_paid_within(&shards[i], cart, period))
				has_memory = add_buyer(&b, &shards[i], cart);
	if (has_memory && count_by_carts(&b, &b.users) &&
	    count_by_carts(&b, &b.addresses))
		e = rank_buyers(out, a, &b);
	hash_table_cleanup(&b.users);
	hash_table_cleanup(&b.addresses);
	hash_table_cleanup(&b.by_carts);
	return e;
}
