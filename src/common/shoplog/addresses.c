/* The checkpoint's part of a tally. */
#include "common/shoplog/addresses.h"

#include "common/shoplog/bytes.h"
#include "common/shoplog/names_map.h"
#include "common/shoplog/names_order.h"
#include "common/shoplog/tally_state.h"
#include "common/shoplog/visitors_bytes.h"

enum { VERSION = 1, NAMES_OFFSET = 8, HEADER_SIZE = 16 };

enum err
addresses_encode(const struct tally *t, unsigned shard, bool keep_not,
    uint8_t **bytes, size_t *len)
{
	struct visitors_rows rows;
	struct names_order order;
	struct writer w = { 0 };
	enum err e = names_order_init(&order, &t->names);

	if (e)
		return e;
	e = visitors_rows_init(&rows, &t->visitors,
	    keep_not ? VISITORS_LASTS : VISITORS_PAGES, shard, shard + 1);
	if (e) {
		visitors_rows_cleanup(&rows);
		names_order_cleanup(&order);
		return e;
	}
	visitors_rows_use_names(&rows, shard, &order);
	names_order_sort(&order);
	writer_u64(&w, VERSION);
	writer_u64(&w, 0);
	visitors_rows_write(&w, &rows, shard, &order);
	visitors_rows_cleanup(&rows);
	writer_set_u64(&w, NAMES_OFFSET, w.len);
	names_write(&w, &order);
	names_order_cleanup(&order);
	return writer_give(&w, bytes, len);
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

	if (header.has_failed || version != VERSION || names_at < HEADER_SIZE ||
	    names_at > bytes.len)
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

enum err
addresses_compact(const struct span *segments, size_t segments_len,
    unsigned shard, uint8_t **bytes, size_t *len)
{
	struct tally *t = tally_new(NULL);
	enum err e = t ? ERR_OK : ERR_NO_MEMORY;

	for (size_t i = 0; !e && i < segments_len; i++)
		e = addresses_append(t, shard, segments[i]);
	if (!e)
		e = addresses_encode(t, shard, false, bytes, len);
	tally_free(t);
	return e;
}
