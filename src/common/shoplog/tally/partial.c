/* A tally in bytes and back. Each section is written by the module of what
 * is in it; here is only where it lies. */
#include "common/shoplog/tally/partial.h"

#include "common/base/civil.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/table/names_order.h"
#include "common/shoplog/tally/shard.h"
#include "common/shoplog/tally/tally_columns.h"
#include "common/shoplog/tally/tally_state.h"
#include "common/shoplog/tally/visitors_bytes.h"

#include <assert.h>
#include <stdlib.h>

enum { VERSION = 1 };

#define MOMENT_MAX_S ((int64_t)(CIVIL_DAY_MAX + 1) * 86400 - 1)

static void
write_summary(struct writer *w, const struct tally_summary *s)
{
	writer_u64(w, s->lines);
	writer_u64(w, s->malformed);
	writer_u64(w, s->other);
	writer_u64(w, s->bytes);
	writer_u64(w, (uint64_t)s->first_s);
	writer_u64(w, (uint64_t)s->last_s);
	writer_u32(w, s->places_len);
	for (uint32_t i = 0; i < s->places_len; i++) {
		writer_u32(w, s->places[i].file);
		writer_u64(w, s->places[i].offset);
	}
}

/* Either the moments of lines, or those of none. */
static bool
is_span_of_time(const struct tally_summary *s)
{
	if (s->first_s == INT64_MAX && s->last_s == INT64_MIN)
		return true;
	return 0 <= s->first_s && s->first_s <= s->last_s &&
	       s->last_s <= MOMENT_MAX_S;
}

static enum err
read_summary(struct tally_summary *s, struct reader *r)
{
	*s = (struct tally_summary){ .lines = reader_u64(r) };
	s->malformed = reader_u64(r);
	s->other = reader_u64(r);
	s->bytes = reader_u64(r);
	s->first_s = (int64_t)reader_u64(r);
	s->last_s = (int64_t)reader_u64(r);
	s->places_len = reader_u32(r);
	if (r->has_failed || s->places_len > MALFORMED_PLACES ||
	    s->places_len > s->malformed || s->malformed > s->lines ||
	    s->other > s->lines - s->malformed || !is_span_of_time(s))
		return ERR_CORRUPT;
	for (uint32_t i = 0; i < s->places_len; i++) {
		s->places[i].file = reader_u32(r);
		s->places[i].offset = reader_u64(r);
	}
	return r->has_failed ? ERR_CORRUPT : ERR_OK;
}

static enum err
write_shard(struct writer *w, const struct tally *t, unsigned shard,
    const struct visitors_rows *rows, const struct names_order *o)
{
	struct columns columns;
	uint8_t *bytes;
	size_t len;
	enum err e = tally_columns(t, shard, &columns);

	if (e)
		return e;
	e = columns_encode(&columns, &bytes, &len);
	columns_cleanup(&columns);
	if (e)
		return e;
	writer_u64(w, len);
	writer_bytes(w, bytes, len);
	free(bytes);
	visitors_rows_write(w, rows, shard, o);
	return ERR_OK;
}

/* Every name that a section refers to, and no other: equal tallies become
 * equal bytes, whatever way they came about. */
static enum err
order_names(struct names_order *o, const struct tally *t,
    const struct visitors_rows *rows)
{
	enum err e = names_order_init(o, &t->names);

	if (e)
		return e;
	counts_use_names(&t->counts, o);
	ballot_use_names(&t->ballot, o);
	for (unsigned i = 0; i < SHARDS; i++)
		visitors_rows_use_names(rows, i, o);
	names_order_sort(o);
	return ERR_OK;
}

static enum err
write_sections(struct writer *w, const struct tally *t,
    const struct visitors_rows *rows, struct names_order *o)
{
	size_t offset = 8;
	enum err e;

	writer_u64(w, VERSION);
	for (int i = 0; i < 2 + SHARDS + 1; i++)
		writer_u64(w, 0);
	writer_set_u64(w, offset, w->bytes.len);
	names_write(w, o);
	writer_set_u64(w, offset += 8, w->bytes.len);
	write_summary(w, &t->summary);
	e = counts_write(w, &t->counts, o);
	if (!e)
		e = ballot_write(w, &t->ballot, o);
	for (unsigned i = 0; !e && i < SHARDS; i++) {
		writer_set_u64(w, offset += 8, w->bytes.len);
		e = write_shard(w, t, i, rows, o);
	}
	writer_set_u64(w, offset + 8, w->bytes.len);
	return e;
}

enum err
partial_encode(const struct tally *t, uint8_t **bytes, size_t *len)
{
	struct names_order order = { 0 };
	struct visitors_rows rows;
	struct writer w = { 0 };
	enum err e = visitors_rows_init(
	    &rows, &t->visitors, VISITORS_BORDERS, 0, SHARDS);

	assert(tally_is_settled(t));
	if (!e)
		e = order_names(&order, t, &rows);
	if (!e)
		e = write_sections(&w, t, &rows, &order);
	names_order_cleanup(&order);
	visitors_rows_cleanup(&rows);
	if (e) {
		writer_cleanup(&w);
		return e;
	}
	return writer_give(&w, bytes, len);
}

enum err
partial_layout(struct span header, struct partial_layout *out)
{
	struct reader r = reader_of(header);
	uint64_t before = PARTIAL_HEADER_SIZE;
	bool is_ascending = true;

	if (reader_u64(&r) != VERSION)
		return ERR_CORRUPT;
	out->names = reader_u64(&r);
	out->common = reader_u64(&r);
	is_ascending = out->names == before && out->common >= out->names;
	before = out->common;
	for (int i = 0; i < SHARDS; i++) {
		out->shard[i] = reader_u64(&r);
		is_ascending = is_ascending && out->shard[i] >= before;
		before = out->shard[i];
	}
	out->end = reader_u64(&r);
	is_ascending = is_ascending && out->end >= before;
	return r.has_failed || !is_ascending ? ERR_CORRUPT : ERR_OK;
}

static enum err
read_names(struct tally *t, struct span names, struct names_map *map)
{
	struct reader r = reader_of(names);
	enum err e = names_read(&t->names, &r, map);

	return !e && !reader_is_done(&r) ? ERR_CORRUPT : e;
}

static enum err
append_common(struct tally *t, const struct names_map *map, struct span common)
{
	struct reader r = reader_of(common);
	struct tally_summary summary;
	enum err e = read_summary(&summary, &r);

	if (!e)
		e = counts_read(&t->counts, &t->names, &r, map);
	if (!e)
		e = ballot_read(&t->ballot, &t->names, &r, map);
	if (e)
		return e;
	tally_summary_append(&t->summary, &summary);
	return reader_is_done(&r) ? ERR_OK : ERR_CORRUPT;
}

/* Carts of this shard and of no other. */
static enum err
read_carts(unsigned shard, struct span bytes, struct columns *out)
{
	enum err e = columns_decode(bytes, out);

	for (uint32_t i = 0; !e && i < out->carts_len; i++) {
		struct hash_key key = { 0, out->cart_id[i] };

		if (shard_of(key) != shard)
			e = ERR_CORRUPT;
	}
	return e;
}

static enum err
append_shard(struct tally *t, unsigned shard, const struct names_map *map,
    struct span section, struct columns *carts)
{
	struct reader r = reader_of(section);
	struct span bytes = reader_bytes(&r, reader_u64(&r));
	struct columns columns = { 0 };
	enum err e =
	    r.has_failed ? ERR_CORRUPT : read_carts(shard, bytes, &columns);

	if (!e && !carts)
		e = carts_append_columns(&t->carts[shard], &columns);
	if (!e)
		e = visitors_read(
		    &t->visitors, shard, &t->names, &t->ballot, &r, map);
	if (!e && !reader_is_done(&r))
		e = ERR_CORRUPT;
	if (!e && carts)
		*carts = columns;
	else
		columns_cleanup(&columns);
	return e;
}

enum err
partial_append_common(struct tally *t, struct span names, struct span common)
{
	struct names_map map;
	enum err e = read_names(t, names, &map);

	if (!e)
		e = append_common(t, &map, common);
	names_map_cleanup(&map);
	return e;
}

enum err
partial_append_shard(struct tally *t, unsigned shard, struct span names,
    struct span section, struct columns *carts)
{
	struct names_map map;
	enum err e = read_names(t, names, &map);

	if (!e)
		e = append_shard(t, shard, &map, section, carts);
	names_map_cleanup(&map);
	return e;
}

static struct span
between(struct span bytes, uint64_t from, uint64_t to)
{
	return span_of(bytes.data + from, to - from);
}

enum err
partial_append(struct tally *t, struct span bytes)
{
	struct partial_layout l;
	struct names_map map;
	enum err e = partial_layout(bytes, &l);

	if (e)
		return e;
	if (l.end != bytes.len)
		return ERR_CORRUPT;
	e = read_names(t, between(bytes, l.names, l.common), &map);
	if (!e)
		e = append_common(
		    t, &map, between(bytes, l.common, l.shard[0]));
	for (unsigned i = 0; !e && i < SHARDS; i++) {
		uint64_t end = i + 1 < SHARDS ? l.shard[i + 1] : l.end;

		e = append_shard(
		    t, i, &map, between(bytes, l.shard[i], end), NULL);
	}
	names_map_cleanup(&map);
	return e;
}
