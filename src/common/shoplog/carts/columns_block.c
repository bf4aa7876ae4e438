/* The layout of columns in bytes. Everything in the header follows from four
 * numbers, so reading compares the header with the one that would be written. */
#include "common/shoplog/carts/columns_block.h"

#include "common/base/civil.h"
#include "common/shoplog/carts/carts.h"
#include "common/shoplog/table/bytes.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "columns are used as they lie in Redis: little-endian");

enum { VERSION = 2 };

static uint64_t
sample_len(struct columns_size size)
{
	return ((uint64_t)size.carts_len + COLUMNS_SAMPLE_STEP - 1) /
	       COLUMNS_SAMPLE_STEP;
}

struct columns_layout
columns_layout_of(struct columns_size size)
{
	const uint64_t bytes[COLUMN_KINDS] = {
		[COLUMN_SAMPLE] = 8 * sample_len(size),
		[COLUMN_CART_ID] = 8 * (uint64_t)size.carts_len,
		[COLUMN_OWNER_KEY] = 8 * (uint64_t)size.carts_len,
		[COLUMN_OWNER_IPV6] =
		    sizeof(struct columns_ipv6) * (uint64_t)size.ipv6_len,
		[COLUMN_GOODS_ID] = 8 * (uint64_t)size.goods_len,
		[COLUMN_NAMED_DAY] = 4 * (uint64_t)size.carts_len,
		[COLUMN_PAID_DAY] = 4 * (uint64_t)size.carts_len,
		[COLUMN_ITEMS_FROM] = 4 * ((uint64_t)size.carts_len + 1),
		[COLUMN_ITEMS] = 4 * (uint64_t)size.items_len,
		[COLUMN_OWNER] = size.carts_len,
	};
	struct columns_layout l = { { COLUMNS_HEADER_SIZE } };

	for (int i = 0; i < COLUMN_KINDS; i++)
		l.offset[i + 1] = l.offset[i] + ((bytes[i] + 7) & ~UINT64_C(7));
	return l;
}

static enum err
write_header(struct columns_size size, const struct columns_layout *l,
    uint8_t out[COLUMNS_HEADER_SIZE])
{
	struct writer w = { 0 };
	uint8_t *bytes;
	size_t len;
	enum err e;

	writer_u32(&w, VERSION);
	writer_u32(&w, size.carts_len);
	writer_u32(&w, size.goods_len);
	writer_u32(&w, size.items_len);
	writer_u32(&w, size.ipv6_len);
	writer_u32(&w, 0);
	for (int i = 0; i <= COLUMN_KINDS; i++)
		writer_u64(&w, l->offset[i]);
	e = writer_give(&w, &bytes, &len);
	if (e)
		return e;
	memcpy(out, bytes, COLUMNS_HEADER_SIZE);
	free(bytes);
	return ERR_OK;
}

static void
point(struct columns_block *b, const struct columns_layout *l)
{
	void *at[COLUMN_KINDS];

	for (int i = 0; i < COLUMN_KINDS; i++)
		at[i] = b->bytes + l->offset[i];
	b->cart_id = at[COLUMN_CART_ID];
	b->owner_key = at[COLUMN_OWNER_KEY];
	b->owner_ipv6 = at[COLUMN_OWNER_IPV6];
	b->goods_id = at[COLUMN_GOODS_ID];
	b->named_day = at[COLUMN_NAMED_DAY];
	b->paid_day = at[COLUMN_PAID_DAY];
	b->items_from = at[COLUMN_ITEMS_FROM];
	b->items = at[COLUMN_ITEMS];
	b->owner = at[COLUMN_OWNER];
}

static uint64_t *
sample_of(const struct columns_block *b)
{
	void *at = b->bytes + COLUMNS_HEADER_SIZE;

	return at;
}

enum err
columns_block_new(struct columns_block *b, struct columns_size size)
{
	struct columns_layout l = columns_layout_of(size);
	enum err e;

	*b = (struct columns_block){ .size = size,
		.bytes_len = l.offset[COLUMN_KINDS] };
	b->bytes = calloc(1, l.offset[COLUMN_KINDS]);
	if (!b->bytes)
		return ERR_NO_MEMORY;
	e = write_header(size, &l, b->bytes);
	if (e) {
		free(b->bytes);
		return e;
	}
	point(b, &l);
	return ERR_OK;
}

void
columns_block_put_cart(
    struct columns_block *b, uint32_t i, const struct cart *cart)
{
	b->cart_id[i] = cart->key.low;
	b->named_day[i] = cart->named_day;
	b->paid_day[i] = cart->paid_day;
	b->owner[i] = cart->owner;
	b->owner_key[i] = cart->owner_key;
	if (cart->owner == OWNER_IPV6) {
		b->owner_key[i] = b->ipv6_put;
		b->owner_ipv6[b->ipv6_put++] =
		    (struct columns_ipv6){ cart->owner_key, cart->owner_low };
	}
}

void
columns_block_fill_sample(struct columns_block *b)
{
	uint64_t *sample = sample_of(b);

	for (uint64_t i = 0; i < sample_len(b->size); i++)
		sample[i] = b->cart_id[i * COLUMNS_SAMPLE_STEP];
}

void
columns_block_give(struct columns_block *b, struct columns *out)
{
	*out = (struct columns){
		.carts_len = b->size.carts_len,
		.goods_len = b->size.goods_len,
		.items_len = b->size.items_len,
		.ipv6_len = b->size.ipv6_len,
		.cart_id = b->cart_id,
		.named_day = b->named_day,
		.paid_day = b->paid_day,
		.owner = b->owner,
		.owner_key = b->owner_key,
		.owner_ipv6 = b->owner_ipv6,
		.items_from = b->items_from,
		.items = b->items,
		.goods_id = b->goods_id,
		.memory = b->bytes,
	};
}

/* ipv6  carts before that an IPv6 address owns; counts */
static bool
is_owner(const struct columns_block *b, uint32_t i, uint32_t *ipv6)
{
	switch (b->owner[i]) {
	case OWNER_NONE:
		return b->owner_key[i] == 0;
	case OWNER_USER:
		return true;
	case OWNER_IPV4:
		return b->owner_key[i] <= UINT32_MAX;
	case OWNER_IPV6:
		return b->owner_key[i] == (*ipv6)++;
	}
	return false;
}

static bool
is_cart(const struct columns_block *b, uint32_t i, uint32_t *ipv6)
{
	uint32_t from = b->items_from[i], to = b->items_from[i + 1];

	if (from > to || to > b->size.items_len || !is_owner(b, i, ipv6) ||
	    b->named_day[i] > CIVIL_DAY_MAX)
		return false;
	/* Whoever pays a cart owns it. */
	if (b->paid_day[i] != COLUMNS_NO_DAY &&
	    (b->paid_day[i] > CIVIL_DAY_MAX || b->owner[i] == OWNER_NONE))
		return false;
	for (uint32_t item = from; item < to; item++)
		if (b->items[item] >= b->size.goods_len ||
		    (item > from && b->items[item - 1] >= b->items[item]))
			return false;
	return true;
}

static bool
is_sound(const struct columns_block *b)
{
	const uint64_t *sample = sample_of(b);
	uint32_t ipv6 = 0;

	if (b->items_from[0] != 0 ||
	    b->items_from[b->size.carts_len] != b->size.items_len ||
	    !columns_ids_ascend(b->cart_id, b->size.carts_len) ||
	    !columns_ids_ascend(b->goods_id, b->size.goods_len))
		return false;
	for (uint64_t i = 0; i < sample_len(b->size); i++)
		if (sample[i] != b->cart_id[i * COLUMNS_SAMPLE_STEP])
			return false;
	for (uint32_t i = 0; i < b->size.carts_len; i++)
		if (!is_cart(b, i, &ipv6))
			return false;
	return ipv6 == b->size.ipv6_len;
}

enum err
columns_layout_read(
    struct span header, struct columns_size *size, struct columns_layout *out)
{
	uint8_t expected[COLUMNS_HEADER_SIZE];
	struct reader r = reader_of(header);
	enum err e;

	if (header.len < COLUMNS_HEADER_SIZE || reader_u32(&r) != VERSION)
		return ERR_CORRUPT;
	size->carts_len = reader_u32(&r);
	size->goods_len = reader_u32(&r);
	size->items_len = reader_u32(&r);
	size->ipv6_len = reader_u32(&r);
	*out = columns_layout_of(*size);
	e = write_header(*size, out, expected);
	if (e)
		return e;
	return memcmp(expected, header.data, sizeof(expected)) ? ERR_CORRUPT
							       : ERR_OK;
}

enum err
columns_block_read(struct columns_block *b, struct span bytes)
{
	struct columns_size size;
	struct columns_layout l;
	enum err e = columns_layout_read(bytes, &size, &l);

	if (e)
		return e;
	if (l.offset[COLUMN_KINDS] != bytes.len)
		return ERR_CORRUPT;

	*b = (struct columns_block){ .size = size, .bytes_len = bytes.len };
	b->bytes = malloc(bytes.len);
	if (!b->bytes)
		return ERR_NO_MEMORY;
	memcpy(b->bytes, bytes.data, bytes.len);
	point(b, &l);
	if (!is_sound(b)) {
		free(b->bytes);
		return ERR_CORRUPT;
	}
	return ERR_OK;
}
