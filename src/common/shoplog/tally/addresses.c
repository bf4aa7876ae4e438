/* The checkpoint's part of a tally. */
#include "common/shoplog/tally/addresses.h"

#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/table/names_order.h"
#include "common/shoplog/tally/tally_state.h"
#include "common/shoplog/tally/visitors_bytes.h"

#include <stdlib.h>

enum { NAMES_OFFSET = 8, HEADER_SIZE = 16 };

static enum err
encode(const struct tally *t, const struct visitors_rows *rows, unsigned shard,
    struct addresses_shard *out)
{
	struct names_order order;
	struct writer w = { 0 };
	enum err e = names_order_init(&order, &t->names);

	if (e)
		return e;
	visitors_rows_use_names(rows, shard, &order);
	names_order_sort(&order);
	writer_u64(&w, ADDRESSES_VERSION);
	writer_u64(&w, 0);
	visitors_rows_write(&w, rows, shard, &order);
	writer_set_u64(&w, NAMES_OFFSET, w.bytes.len);
	names_write(&w, &order);
	names_order_cleanup(&order);
	return writer_give(&w, &out->bytes, &out->len);
}

/* Those shards that are to be bases, or those that are to be deltas. */
static enum err
encode_alike(const struct tally *t, unsigned first,
    struct addresses_shard *shards, unsigned len, bool keep_not)
{
	struct visitors_rows rows;
	bool is_any = false;
	enum err e;

	for (unsigned i = 0; i < len; i++)
		is_any |= shards[i].keep_not == keep_not;
	if (!is_any)
		return ERR_OK;
	e = visitors_rows_init(&rows, &t->visitors,
	    keep_not ? VISITORS_LASTS : VISITORS_PAGES, first, first + len);
	for (unsigned i = 0; !e && i < len; i++)
		if (shards[i].keep_not == keep_not)
			e = encode(t, &rows, first + i, &shards[i]);
	visitors_rows_cleanup(&rows);
	return e;
}

enum err
addresses_encode_shards(const struct tally *t, unsigned first,
    struct addresses_shard *shards, unsigned len)
{
	enum err e;

	for (unsigned i = 0; i < len; i++)
		shards[i].bytes = NULL;
	e = encode_alike(t, first, shards, len, false);
	if (!e)
		e = encode_alike(t, first, shards, len, true);
	for (unsigned i = 0; e && i < len; i++) {
		free(shards[i].bytes);
		shards[i].bytes = NULL;
	}
	return e;
}

enum err
addresses_encode(const struct tally *t, unsigned shard, bool keep_not,
    uint8_t **bytes, size_t *len)
{
	struct addresses_shard one = { .keep_not = keep_not };
	enum err e = addresses_encode_shards(t, shard, &one, 1);

	*bytes = one.bytes;
	*len = one.len;
	return e;
}

enum err
addresses_append(struct tally *t, unsigned shard, struct span bytes)
{
	struct reader header = reader_of(bytes);
	uint64_t version = reader_u64(&header);
	uint64_t names_at = reader_u64(&header);
	struct names_map map;
	struct reader r;
	enum err e;

	if (header.has_failed || version != ADDRESSES_VERSION ||
	    names_at < HEADER_SIZE || names_at > bytes.len)
		return ERR_CORRUPT;
	r = reader_of(span_of(bytes.data + names_at, bytes.len - names_at));
	e = names_read(&t->names, &r, &map);
	if (!e && !reader_is_done(&r))
		e = ERR_CORRUPT;
	r = reader_of(
	    span_of(bytes.data + HEADER_SIZE, names_at - HEADER_SIZE));
	if (!e)
		e = visitors_read(
		    &t->visitors, shard, &t->names, &t->ballot, &r, &map);
	names_map_cleanup(&map);
	return !e && !reader_is_done(&r) ? ERR_CORRUPT : e;
}
