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
	uint64_t goods_id;
	uint32_t category; /* index into categories */
};

struct catalogue {
	struct elected *elected; /* by goods id, ascending */
	size_t elected_len;
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
	struct elected *elected = &c->elected[c->elected_len++];

	elected->goods_id = best->key.high;
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
	c->elected = calloc(len + 1, sizeof(*c->elected));
	if (!votes || !c->elected)
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
	free(c->elected);
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

/* Both are in order, so they are walked side by side. */
void
catalogue_look_up(const struct catalogue *c, const uint64_t *goods_id,
    size_t len, uint32_t *category)
{
	const struct elected *at = c->elected, *end = at + c->elected_len;

	for (size_t i = 0; i < len; i++) {
		while (at != end && at->goods_id < goods_id[i])
			at++;
		category[i] = at != end && at->goods_id == goods_id[i]
				  ? at->category
				  : NO_CATEGORY;
	}
}
