/* Binary form, written and read. Numbers are taken apart byte by byte: the
 * compiler makes one load or store of it on little-endian machines, and the
 * others are right as well. */
#include "common/shoplog/table/bytes.h"

#include <string.h>

/* Where the next `len` bytes are to be written; NULL: it has failed. */
static uint8_t *
extend(struct writer *w, size_t len)
{
	struct buffer *b = &w->bytes;

	if (w->has_failed || !buffer_reserve(b, len)) {
		w->has_failed = true;
		return NULL;
	}
	b->len += len;
	return (uint8_t *)b->data + b->len - len;
}

static void
put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void
writer_u8(struct writer *w, uint8_t value)
{
	uint8_t *at = extend(w, 1);

	if (at)
		*at = value;
}

void
writer_u32(struct writer *w, uint32_t value)
{
	uint8_t *at = extend(w, 4);

	if (at)
		put(at, value, 4);
}

void
writer_u64(struct writer *w, uint64_t value)
{
	uint8_t *at = extend(w, 8);

	if (at)
		put(at, value, 8);
}

void
writer_set_u64(struct writer *w, size_t offset, uint64_t value)
{
	if (!w->has_failed)
		put((uint8_t *)w->bytes.data + offset, value, 8);
}

void
writer_varint(struct writer *w, uint64_t value)
{
	while (value > 0x7f) {
		writer_u8(w, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	writer_u8(w, (uint8_t)value);
}

void
writer_decimal(struct writer *w, uint64_t value)
{
	char room[SPAN_U64_ROOM];
	struct span digits = span_of_u64(value, room);

	writer_bytes(w, digits.data, digits.len);
}

void
writer_bytes(struct writer *w, const void *data, size_t len)
{
	uint8_t *at = len ? extend(w, len) : NULL;

	if (at)
		memcpy(at, data, len);
}

enum err
writer_give(struct writer *w, uint8_t **data, size_t *len)
{
	enum err e = w->has_failed ? ERR_NO_MEMORY : ERR_OK;

	/* *data is not NULL, also when it is of no bytes. */
	if (!e && !w->bytes.data && !buffer_reserve(&w->bytes, 1))
		e = ERR_NO_MEMORY;
	if (e) {
		writer_cleanup(w);
		return e;
	}
	*data = (uint8_t *)w->bytes.data;
	*len = w->bytes.len;
	*w = (struct writer){ 0 };
	return ERR_OK;
}

void
writer_cleanup(struct writer *w)
{
	buffer_cleanup(&w->bytes);
	w->has_failed = false;
}

struct reader
reader_of(struct span bytes)
{
	const uint8_t *at = (const uint8_t *)(bytes.len ? bytes.data : "");

	return (struct reader){ at, at + bytes.len, false };
}

static const uint8_t *
take(struct reader *r, uint64_t len)
{
	if (r->has_failed || len > (size_t)(r->end - r->at)) {
		r->has_failed = true;
		return NULL;
	}
	r->at += len;
	return r->at - len;
}

uint32_t
le32(const void *at)
{
	const uint8_t *b = at;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

uint64_t
le64(const void *at)
{
	return le32(at) | (uint64_t)le32((const uint8_t *)at + 4) << 32;
}

uint8_t
reader_u8(struct reader *r)
{
	const uint8_t *at = take(r, 1);

	return at ? *at : 0;
}

uint32_t
reader_u32(struct reader *r)
{
	const uint8_t *at = take(r, 4);

	return at ? le32(at) : 0;
}

uint64_t
reader_u64(struct reader *r)
{
	const uint8_t *at = take(r, 8);

	return at ? le64(at) : 0;
}

uint64_t
reader_varint(struct reader *r)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = reader_u8(r);

		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	r->has_failed = true;
	return 0;
}

struct span
reader_bytes(struct reader *r, uint64_t len)
{
	const uint8_t *at = take(r, len);

	return at ? span_of(at, (size_t)len) : (struct span){ 0 };
}

size_t
reader_rows(struct reader *r, uint64_t rows, size_t row_size)
{
	if (r->has_failed || rows > (size_t)(r->end - r->at) / row_size) {
		r->has_failed = true;
		return 0;
	}
	return (size_t)rows;
}

bool
reader_is_done(const struct reader *r)
{
	return !r->has_failed && r->at == r->end;
}
