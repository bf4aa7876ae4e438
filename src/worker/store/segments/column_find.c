/* All probes halve their stretch of the column once a round; neighbours that look
 * at the same row share a command. So a round has at most as many commands as
 * probes, and at most one for each place where a column can still be cut. */
#include "worker/store/segments/column_find.h"

#include "common/shoplog/table/bytes.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_ROWS = 1024, /* a stretch of so many is fetched at once */
	BATCH_MOST = 8192, /* commands between two looks at the answers */
};

static struct hash_key
key_at(const char *bytes, unsigned width)
{
	if (width == 4)
		return (struct hash_key){ 0, le32(bytes) };
	if (width == 8)
		return (struct hash_key){ 0, le64(bytes) };
	return (struct hash_key){ le64(bytes), le64(bytes + 8) };
}

static int
compare(struct hash_key a, struct hash_key b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

static bool
is_wide(const struct column_probe *p)
{
	return p->high - p->low > BLOCK_ROWS;
}

static uint32_t
middle(const struct column_probe *p)
{
	return p->low + (p->high - p->low) / 2;
}

/* Whether both want the same rows next. */
static bool
goes_with(const struct column_probe *a, const struct column_probe *b)
{
	return a->column == b->column && a->low == b->low && a->high == b->high;
}

struct search {
	struct bulk *bulk;
	const struct sorted_column *columns;
	struct column_probe *probes;
	size_t len;
	size_t *first; /* probe of each command */
	size_t commands;
};

static void
put_rows(struct search *s, const struct sorted_column *c, uint64_t row,
    uint64_t rows)
{
	uint64_t from = c->offset + row * c->width;

	bulk_putf(s->bulk, "GETRANGE segment:%b %lld %lld", c->id.data,
	    c->id.len, (long long)from,
	    (long long)(from + rows * c->width - 1));
}

/* One row halves the stretch of every probe that waits for it. */
static enum err
on_middle(size_t index, const redisReply *reply, void *arg)
{
	struct search *s = arg;
	struct column_probe *p = &s->probes[s->first[index]];
	const struct sorted_column *c = &s->columns[p->column];
	uint32_t row = middle(p);
	struct hash_key found;

	if (reply->type != REDIS_REPLY_STRING || (size_t)reply->len != c->width)
		return ERR_CORRUPT;
	found = key_at(reply->str, c->width);
	for (; p < s->probes + s->len && p->command == index; p++) {
		if (compare(p->key, found) < 0)
			p->high = row;
		else
			p->low = row;
	}
	return ERR_OK;
}

static void
find_in(struct column_probe *p, const char *block, unsigned width)
{
	uint32_t low = 0, high = p->high - p->low;

	while (low < high) {
		uint32_t at = low + (high - low) / 2;
		int order = compare(p->key, key_at(block + at * width, width));

		if (order == 0) {
			p->row = p->low + at;
			return;
		}
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
}

static enum err
on_block(size_t index, const redisReply *reply, void *arg)
{
	struct search *s = arg;
	struct column_probe *p = &s->probes[s->first[index]];
	const struct sorted_column *c = &s->columns[p->column];

	if (reply->type != REDIS_REPLY_STRING ||
	    (size_t)reply->len != (size_t)(p->high - p->low) * c->width)
		return ERR_CORRUPT;
	for (; p < s->probes + s->len && p->command == index; p++)
		find_in(p, reply->str, c->width);
	return ERR_OK;
}

static const size_t no_command = SIZE_MAX;

/* A round's commands from probe *at on, a batch of them; *at goes on. */
static void
put_batch(struct search *s, bool is_block, size_t *at)
{
	const struct column_probe *before = NULL;

	s->commands = 0;
	for (size_t i = 0; i < s->len; i++)
		if (i < *at)
			s->probes[i].command = no_command;
	for (; *at < s->len; (*at)++) {
		struct column_probe *p = &s->probes[*at];
		const struct sorted_column *c = &s->columns[p->column];

		p->command = no_command;
		if (p->low == p->high || is_wide(p) == is_block)
			continue;
		if (before && goes_with(p, before)) {
			p->command = s->commands - 1;
			continue;
		}
		if (s->commands == BATCH_MOST)
			break;
		before = p;
		p->command = s->commands;
		s->first[s->commands++] = *at;
		if (is_block)
			put_rows(s, c, p->low, p->high - p->low);
		else
			put_rows(s, c, middle(p), 1);
	}
	for (size_t i = *at; i < s->len; i++)
		s->probes[i].command = no_command;
}

/* is_any  whether there was a command in it */
static enum err
round_of(struct search *s, bool is_block, bool *is_any)
{
	enum err e = ERR_OK;
	size_t at = 0;

	*is_any = false;
	while (e == ERR_OK && at < s->len) {
		put_batch(s, is_block, &at);
		*is_any |= s->commands > 0;
		if (s->commands > 0)
			e = bulk_run(
			    s->bulk, is_block ? on_block : on_middle, s);
	}
	return e;
}

enum err
column_find(struct bulk *b, const struct sorted_column *columns,
    struct column_probe *probes, size_t len)
{
	struct search s = { b, columns, probes, len, NULL, 0 };
	enum err e = ERR_OK;
	bool is_any = true;

	s.first = calloc(BATCH_MOST, sizeof(*s.first));
	if (!s.first)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		probes[i].row = COLUMN_NO_ROW;
		probes[i].low = 0;
		probes[i].high = columns[probes[i].column].rows;
	}
	while (e == ERR_OK && is_any)
		e = round_of(&s, false, &is_any);
	if (e == ERR_OK)
		e = round_of(&s, true, &is_any);
	free(s.first);
	return e;
}

static enum err
on_cell(size_t index, const redisReply *reply, void *arg)
{
	struct column_cell *cells = arg;

	if (reply->type != REDIS_REPLY_STRING || reply->len != 4)
		return ERR_CORRUPT;
	cells[index].value = le32(reply->str);
	return ERR_OK;
}

enum err
column_cells(struct bulk *b, struct column_cell *cells, size_t len)
{
	enum err e = ERR_OK;

	for (size_t at = 0; e == ERR_OK && at < len; at += BATCH_MOST) {
		size_t n = len - at < BATCH_MOST ? len - at : BATCH_MOST;

		for (size_t i = at; i < at + n; i++)
			bulk_putf(b, "GETRANGE segment:%b %lld %lld",
			    cells[i].id.data, cells[i].id.len,
			    (long long)cells[i].offset,
			    (long long)cells[i].offset + 3);
		e = bulk_run(b, on_cell, cells + at);
	}
	return e;
}
