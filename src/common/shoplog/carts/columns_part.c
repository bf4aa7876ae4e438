/* Ranges of a block. Columns that lie side by side share a range; what the
 * checks of columns_block.c say of a cart is said here of its chosen columns. */
#include "common/shoplog/carts/columns_part.h"

#include "common/base/civil.h"
#include "common/shoplog/table/bytes.h"

#include <assert.h>

/* From the first column up to the one behind the last, as lies in the block. */
struct stretch {
	enum column from, to;
};

static const struct stretch stretches[][COLUMNS_RANGES_MAX] = {
	[COLUMNS_OF_BUYERS] = { { COLUMN_OWNER_KEY, COLUMN_GOODS_ID },
	    { COLUMN_PAID_DAY, COLUMN_ITEMS_FROM },
	    { COLUMN_OWNER, COLUMN_KINDS } },
	[COLUMNS_OF_GOODS] = { { COLUMN_GOODS_ID, COLUMN_NAMED_DAY },
	    { COLUMN_PAID_DAY, COLUMN_OWNER } },
	[COLUMNS_OF_BUYERS_BY_ID] = { { COLUMN_CART_ID, COLUMN_GOODS_ID },
	    { COLUMN_PAID_DAY, COLUMN_ITEMS_FROM },
	    { COLUMN_OWNER, COLUMN_KINDS } },
	[COLUMNS_OF_GOODS_BY_ID] = { { COLUMN_CART_ID, COLUMN_OWNER_KEY },
	    { COLUMN_GOODS_ID, COLUMN_NAMED_DAY },
	    { COLUMN_PAID_DAY, COLUMN_OWNER } },
};

static bool
has_ids(const struct columns_part *p)
{
	return p->choice == COLUMNS_OF_BUYERS_BY_ID ||
	       p->choice == COLUMNS_OF_GOODS_BY_ID;
}

enum err
columns_part_plan(
    struct columns_part *p, enum columns_choice choice, struct span head)
{
	struct columns_layout l;
	enum err e;

	*p = (struct columns_part){ .choice = choice };
	e = columns_layout_read(head, &p->size, &l);
	for (size_t i = 0; !e && i < COLUMNS_RANGES_MAX; i++) {
		struct stretch s = stretches[choice][i];
		uint64_t from = l.offset[s.from];
		uint64_t len = l.offset[s.to] - from;

		if (len > 0)
			p->ranges[p->ranges_len++] =
			    (struct columns_range){ from, len };
	}
	return e;
}

/* Ids of the sample that the head holds. */
static size_t
sample_len(const struct columns_part *p, struct span head)
{
	struct columns_layout l = columns_layout_of(p->size);
	uint64_t end = l.offset[COLUMN_SAMPLE + 1];

	if (end > head.len)
		end = head.len;
	return (size_t)(end - l.offset[COLUMN_SAMPLE]) / sizeof(uint64_t);
}

static uint64_t
sample_at(struct span head, size_t i)
{
	return le64(head.data + COLUMNS_HEADER_SIZE + i * sizeof(uint64_t));
}

uint64_t
columns_part_least(const struct columns_part *p, struct span head)
{
	if (p->size.carts_len == 0)
		return UINT64_MAX;
	return sample_len(p, head) > 0 ? sample_at(head, 0) : 0;
}

void
columns_part_skip(struct columns_part *p, struct span head, uint64_t id)
{
	size_t low = 0, high = sample_len(p, head);

	assert(has_ids(p) && p->ids_from == 0);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sample_at(head, middle) <= id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return;
	p->ids_from = (uint32_t)(low - 1) * COLUMNS_SAMPLE_STEP;
	p->ranges[0].from += p->ids_from * sizeof(uint64_t);
	p->ranges[0].len -= p->ids_from * sizeof(uint64_t);
}

/* Where a column begins, in the one of `bytes` that holds it. */
static const void *
find(const struct columns_part *p, const struct columns_layout *l,
    enum column column, const struct span *bytes)
{
	uint64_t offset = l->offset[column];

	for (size_t i = 0; i < p->ranges_len; i++)
		if (offset >= p->ranges[i].from &&
		    offset - p->ranges[i].from < p->ranges[i].len)
			return bytes[i].data + (offset - p->ranges[i].from);
	return "";
}

static bool
is_paid_day(uint32_t day)
{
	return day == COLUMNS_NO_DAY || day <= CIVIL_DAY_MAX;
}

/* All carts are looked at, and nothing is decided before the last: no branch
 * that the processor has to guess. */
static bool
are_buyers(const struct columns *c)
{
	unsigned wrong = 0;

	for (uint32_t i = 0; i < c->carts_len; i++) {
		uint32_t day = c->paid_day[i];
		unsigned owner = c->owner[i];

		wrong |= !is_paid_day(day) | (owner > OWNER_IPV6);
		wrong |= (owner == OWNER_NONE) & (day != COLUMNS_NO_DAY);
		wrong |= (owner == OWNER_IPV4) & (c->owner_key[i] > UINT32_MAX);
		wrong |=
		    (owner == OWNER_IPV6) & (c->owner_key[i] >= c->ipv6_len);
	}
	return wrong == 0;
}

static bool
are_goods(const struct columns *c)
{
	if (c->items_from[0] != 0 ||
	    c->items_from[c->carts_len] != c->items_len)
		return false;
	for (uint32_t i = 0; i < c->carts_len; i++)
		if (!is_paid_day(c->paid_day[i]) ||
		    c->items_from[i] > c->items_from[i + 1])
			return false;
	for (uint32_t i = 0; i < c->items_len; i++)
		if (c->items[i] >= c->goods_len)
			return false;
	return columns_ids_ascend(c->goods_id, c->goods_len);
}

enum err
columns_part_read(
    const struct columns_part *p, const struct span *bytes, struct columns *out)
{
	struct columns_layout l = columns_layout_of(p->size);

	*out = (struct columns){ .carts_len = p->size.carts_len,
		.goods_len = p->size.goods_len,
		.items_len = p->size.items_len,
		.ipv6_len = p->size.ipv6_len,
		.paid_day = find(p, &l, COLUMN_PAID_DAY, bytes) };
	for (size_t i = 0; i < p->ranges_len; i++) {
		assert((uintptr_t)bytes[i].data % 8 == 0);
		if (bytes[i].len != p->ranges[i].len)
			return ERR_CORRUPT;
	}
	if (has_ids(p)) {
		l.offset[COLUMN_CART_ID] += p->ids_from * sizeof(uint64_t);
		out->cart_id = find(p, &l, COLUMN_CART_ID, bytes);
		if (!columns_ids_ascend(
			out->cart_id, out->carts_len - p->ids_from))
			return ERR_CORRUPT;
	}
	if (p->choice == COLUMNS_OF_GOODS ||
	    p->choice == COLUMNS_OF_GOODS_BY_ID) {
		out->goods_id = find(p, &l, COLUMN_GOODS_ID, bytes);
		out->items_from = find(p, &l, COLUMN_ITEMS_FROM, bytes);
		out->items = find(p, &l, COLUMN_ITEMS, bytes);
		return are_goods(out) ? ERR_OK : ERR_CORRUPT;
	}
	out->owner = find(p, &l, COLUMN_OWNER, bytes);
	out->owner_key = find(p, &l, COLUMN_OWNER_KEY, bytes);
	out->owner_ipv6 = find(p, &l, COLUMN_OWNER_IPV6, bytes);
	return are_buyers(out) ? ERR_OK : ERR_CORRUPT;
}
