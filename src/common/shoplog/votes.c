/* Votes as a segment, and the election. A segment is a version byte, the names
 * (names.h) and the ballot (ballot.h): some 5 bytes a goods id and page, and
 * the text of each page once. */
#include "common/shoplog/votes.h"

#include "common/shoplog/bytes.h"
#include "common/shoplog/tally_state.h"

#include <stdlib.h>

enum { VERSION = 1 };

static enum err
order_pages(struct names_order *o, const struct tally *t)
{
	enum err e = names_order_init(o, &t->names);

	if (e)
		return e;
	ballot_use_names(&t->ballot, o);
	names_order_sort(o);
	return ERR_OK;
}

enum err
votes_encode(const struct tally *t, uint8_t **bytes, size_t *len)
{
	struct names_order order;
	struct writer w = { 0 };
	enum err e = order_pages(&order, t);

	if (e)
		return e;
	writer_u8(&w, VERSION);
	names_write(&w, &order);
	e = ballot_write(&w, &t->ballot, &order);
	names_order_cleanup(&order);
	if (e) {
		writer_cleanup(&w);
		return e;
	}
	return writer_give(&w, bytes, len);
}

enum err
votes_append(struct tally *t, struct span bytes)
{
	struct reader r = reader_of(bytes);
	struct names_map map;
	enum err e;

	if (reader_u8(&r) != VERSION)
		return ERR_CORRUPT;
	e = names_read(&t->names, &r, &map);
	if (!e)
		e = ballot_read(&t->ballot, &t->names, &r, &map);
	names_map_cleanup(&map);
	return !e && !reader_is_done(&r) ? ERR_CORRUPT : e;
}

struct elected {
	struct hash_key key; /* 0, goods id */
	uint32_t category;   /* index into categories */
};

struct catalogue {
	struct hash_table goods; /* of struct elected */
	struct names categories; /* ids are the indexes */
};

/* The page with the most votes of a goods id; the votes are in byte order of
 * the pages, so the first of equal ones has the smaller name. */
static const struct vote *
winner(const struct vote *const *votes, size_t len)
{
	const struct vote *best = votes[0];

	for (size_t i = 1; i < len; i++)
		if (votes[i]->votes > best->votes)
			best = votes[i];
	return best;
}

static enum err
elect(struct catalogue *c, const struct names *names,
    const struct vote *const *votes, size_t len)
{
	const struct vote *best = winner(votes, len);
	struct hash_key key = { 0, best->key.high };
	struct elected *elected;
	bool is_new;

	elected = hash_table_add(&c->goods, key, &is_new);
	if (!elected)
		return ERR_NO_MEMORY;
	return names_category(&c->categories,
	    names_text(
		names, names_category_of(names, (uint32_t)best->key.low)),
	    &elected->category);
}

static enum err
elect_all(struct catalogue *c, const struct tally *t)
{
	size_t len = t->ballot.table.len;
	const struct vote **votes;
	struct names_order order;
	enum err e = order_pages(&order, t);

	if (e)
		return e;
	votes = ballot_sorted(&t->ballot, &order);
	if (!votes)
		e = ERR_NO_MEMORY;
	for (size_t i = 0, end; !e && i < len; i = end) {
		for (end = i + 1;
		     end < len && votes[end]->key.high == votes[i]->key.high;)
			end++;
		e = elect(c, &t->names, votes + i, end - i);
	}
	free(votes);
	names_order_cleanup(&order);
	return e;
}

enum err
catalogue_of_tally(const struct tally *t, struct catalogue **out)
{
	struct hash_secret secret;
	struct catalogue *c;
	enum err e;

	*out = NULL;
	if (!hash_secret_new(&secret))
		return ERR_NO_MEMORY;
	c = calloc(1, sizeof(*c));
	if (!c)
		return ERR_NO_MEMORY;
	hash_table_init(&c->goods, sizeof(struct elected), &secret);
	names_init(&c->categories, &secret);
	e = elect_all(c, t);
	if (e) {
		catalogue_free(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

void
catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	hash_table_cleanup(&c->goods);
	names_cleanup(&c->categories);
	free(c);
}

size_t
catalogue_categories(const struct catalogue *c)
{
	return c->categories.table.len;
}

struct span
catalogue_category(const struct catalogue *c, size_t index)
{
	return names_text(&c->categories, (uint32_t)index);
}

int64_t
catalogue_find(const struct catalogue *c, uint64_t goods_id)
{
	struct hash_key key = { 0, goods_id };
	const struct elected *e = hash_table_find(&c->goods, key);

	return e ? (int64_t)e->category : -1;
}
