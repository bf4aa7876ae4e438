/* Votes as a segment, and the election. A segment is a version (one byte), the names
 * (names.h) and the ballot (ballot.h): some 5 bytes a goods id and page, and
 * the text of each page once. */
#include "common/shoplog/answer/votes.h"

#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/table/names_order.h"
#include "common/shoplog/table/radix_sort.h"
#include "common/shoplog/tally/tally_state.h"

#include <stdlib.h>

enum { VERSION = 1, AHEAD = 16 };

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
	struct span *categories; /* in `text` */
	size_t categories_len;
	char *text;
};

/* An election: votes by goods id. */
struct election {
	const struct tally *tally; /* borrowed */
	struct radix_row *votes;   /* by goods id; value: index in the ballot */
	struct radix_row *scratch;
	uint32_t
	    *index; /* in the catalogue, by id; NO_CATEGORY: elected by none */
};

static void
cleanup(struct election *v)
{
	free(v->votes);
	free(v->scratch);
	free(v->index);
}

static const struct vote *
vote_at(const struct election *v, size_t i)
{
	return hash_table_at(&v->tally->ballot.table, v->votes[i].value);
}

static uint32_t
page_of(const struct vote *v)
{
	return (uint32_t)v->key.low;
}

static enum err
init(struct election *v, const struct tally *t)
{
	size_t len = t->ballot.table.len, names = t->names.table.len;

	*v = (struct election){ .tally = t };
	v->votes = malloc((len + 1) * sizeof(*v->votes));
	v->scratch = malloc((len + 1) * sizeof(*v->scratch));
	v->index = malloc((names + 1) * sizeof(*v->index));
	if (!v->votes || !v->scratch || !v->index)
		return ERR_NO_MEMORY;
	memset(v->index, 0xff, (names + 1) * sizeof(*v->index));
	for (size_t i = 0; i < len; i++) {
		const struct vote *vote = hash_table_at(&t->ballot.table, i);

		v->votes[i] = (struct radix_row){ vote->key.high, i };
	}
	radix_sort(v->votes, v->scratch, len);
	return ERR_OK;
}

/* Votes lie in the order of arrival, and so do pages: what is needed some votes
 * later is fetched. */
static void
fetch_ahead(const struct election *v, size_t i, size_t len)
{
	if (i + 2 * AHEAD < len)
		__builtin_prefetch(vote_at(v, i + 2 * AHEAD));
	if (i + AHEAD < len)
		names_fetch_id(
		    &v->tally->names, page_of(vote_at(v, i + AHEAD)));
}

static bool
is_better(const struct names *n, const struct vote *a, const struct vote *b)
{
	if (a->votes != b->votes)
		return a->votes > b->votes;
	return span_compare(
		   names_text(n, page_of(a)), names_text(n, page_of(b))) < 0;
}

/* The votes of one goods id: from `at` up to `end`, itself not included. */
static void
elect(struct catalogue *c, struct election *v, size_t at, size_t end)
{
	const struct names *names = &v->tally->names;
	const struct vote *best = vote_at(v, at);
	uint32_t category;

	while (++at < end) {
		const struct vote *other = vote_at(v, at);

		if (is_better(names, other, best))
			best = other;
	}
	category = names_category_of(names, page_of(best));
	v->index[category] = 0;
	c->elected[c->elected_len++] =
	    (struct elected){ best->key.high, category };
}

/* Gives the categories that have been elected their indexes, in the order of
 * arrival, which is that of their texts. */
static enum err
list_categories(struct catalogue *c, struct election *v)
{
	const struct names *names = &v->tally->names;
	size_t size = 0;
	char *at;

	for (uint32_t id = 0; id < names->table.len; id++)
		if (v->index[id] != NO_CATEGORY) {
			v->index[id] = (uint32_t)c->categories_len++;
			size += names_text(names, id).len;
		}
	c->categories =
	    malloc((c->categories_len + 1) * sizeof(*c->categories));
	c->text = at = malloc(size + 1);
	if (!c->categories || !c->text)
		return ERR_NO_MEMORY;
	for (uint32_t id = 0; id < names->table.len; id++) {
		struct span text;

		if (v->index[id] == NO_CATEGORY)
			continue;
		text = names_text(names, id);
		memcpy(at, text.data, text.len);
		c->categories[v->index[id]] = span_of(at, text.len);
		at += text.len;
	}
	for (size_t i = 0; i < c->elected_len; i++)
		c->elected[i].category = v->index[c->elected[i].category];
	return ERR_OK;
}

static enum err
elect_all(struct catalogue *c, const struct tally *t)
{
	size_t len = t->ballot.table.len;
	struct election v;
	enum err e = init(&v, t);

	c->elected = calloc(len + 1, sizeof(*c->elected));
	if (!c->elected)
		e = ERR_NO_MEMORY;
	for (size_t i = 0, end; !e && i < len; i = end) {
		for (end = i; end < len && v.votes[end].key == v.votes[i].key;)
			fetch_ahead(&v, end++, len);
		elect(c, &v, i, end);
	}
	if (!e)
		e = list_categories(c, &v);
	cleanup(&v);
	return e;
}

enum err
catalogue_of_tally(const struct tally *t, struct catalogue **out)
{
	struct catalogue *c = calloc(1, sizeof(*c));
	enum err e = c ? elect_all(c, t) : ERR_NO_MEMORY;

	*out = c;
	if (e) {
		catalogue_free(c);
		*out = NULL;
	}
	return e;
}

void
catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	free(c->elected);
	free(c->categories);
	free(c->text);
	free(c);
}

size_t
catalogue_categories(const struct catalogue *c)
{
	return c->categories_len;
}

struct span
catalogue_category(const struct catalogue *c, size_t index)
{
	return c->categories[index];
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
