/* The segments of one shard. A segment's id begins with the number of its job,
 * so it is nobody else's. */
#include "worker/ingest/build_shard.h"

#include "common/shoplog/addresses.h"
#include "common/shoplog/columns.h"
#include "common/shoplog/day.h"
#include "worker/store/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_SIZE = 32, ROW_TEXT = 3 * 21 };

void
build_segment_id(char id[SEGMENT_ID_SIZE], const struct build *b, bool is_tail,
    const char *name)
{
	snprintf(id, SEGMENT_ID_SIZE, "%" PRId64 "-%s%s", b->job->number,
	    is_tail ? "tail-" : "", name);
}

/* Rows of carts as text, for the commit. */
static enum err
put_days(struct record *out, const char *field, const struct columns *c)
{
	struct day_carts *rows = NULL;
	size_t len = 0;
	enum err e = day_carts_of(c, &rows, &len);
	char *text = NULL, *to;

	if (e == ERR_OK) {
		text = to = malloc(len * ROW_TEXT + 1);
		e = text ? ERR_OK : ERR_NO_MEMORY;
	}
	if (e == ERR_OK) {
		for (size_t i = 0; i < len; i++)
			to +=
			    sprintf(to, "%" PRId32 " %" PRIu64 " %" PRIu64 " ",
				rows[i].day, rows[i].begun, rows[i].paid);
		e = record_put(out, field, span_of(text, (size_t)(to - text)));
	}
	free(text);
	free(rows);
	return e;
}

/* name  of the field and, with the shard, of the segment
 * takes `bytes` */
static enum err
put_bytes(const struct build *b, unsigned shard, bool is_tail, const char *name,
    uint8_t *bytes, size_t len, struct record *out)
{
	char label[NAME_SIZE], field[NAME_SIZE], id[SEGMENT_ID_SIZE];
	enum err e;

	snprintf(label, sizeof(label), "%s-%02u", name, shard);
	snprintf(field, sizeof(field), "%s%s", is_tail ? "tail " : "", name);
	build_segment_id(id, b, is_tail, label);
	e = segment_put_bytes(b->bulk, id, span_of(bytes, len));
	free(bytes);
	return e == ERR_OK ? record_put_text(out, field, id) : e;
}

static enum err
put_carts(const struct build *b, unsigned shard, bool is_tail,
    const struct columns *c, struct record *out)
{
	uint8_t *bytes;
	size_t len;
	enum err e;

	if (c->carts_len == 0)
		return ERR_OK;
	e = columns_encode(c, &bytes, &len);
	if (e != ERR_OK)
		return e;
	return put_bytes(b, shard, is_tail, "carts", bytes, len, out);
}

static enum err
put_addresses(const struct build *b, unsigned shard, const struct tally *t,
    struct record *out)
{
	uint8_t *bytes;
	size_t len;
	enum err e = addresses_encode(t, shard, false, &bytes, &len);

	if (e != ERR_OK)
		return e;
	return put_bytes(b, shard, false, "addresses", bytes, len, out);
}

/* What the tail changes in this shard's carts. */
static enum err
put_tail(const struct build *b, unsigned shard, const struct columns *base,
    const struct tally *tail, struct record *out)
{
	struct columns delta = { 0 }, both = { 0 };
	enum err e = columns_of_tally(tail, shard, &delta);

	if (e == ERR_OK && delta.carts_len > 0) {
		e = put_carts(b, shard, true, &delta, out);
		if (e == ERR_OK)
			e = columns_append(base, &delta, &both);
		if (e == ERR_OK)
			e = put_days(out, "tail days", &both);
	}
	columns_cleanup(&delta);
	columns_cleanup(&both);
	return e;
}

enum err
build_shard(const struct build *b, unsigned shard, const struct tally *t,
    const struct tally *tail, struct record *out)
{
	struct columns base = { 0 };
	enum err e = columns_of_tally(t, shard, &base);

	if (e == ERR_OK)
		e = put_carts(b, shard, false, &base, out);
	if (e == ERR_OK)
		e = put_addresses(b, shard, t, out);
	if (e == ERR_OK)
		e = put_days(out, "days", &base);
	if (e == ERR_OK && tail)
		e = put_tail(b, shard, &base, tail, out);
	columns_cleanup(&base);
	return e;
}
