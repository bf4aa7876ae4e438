/* Parts of a block: what is in the ranges is what the whole block says, and is
 * believed only when it is what it promises. */
#include "common/shoplog/carts/columns_part.h"
#include "common/shoplog/tally/tally_columns.h"

#include "unit/shoplog/stream.h"

struct cut {
	struct columns_part part;
	struct span bytes[COLUMNS_RANGES_MAX];
};

static struct cut
cut_of(enum columns_choice choice, struct span block)
{
	struct cut c;

	assert_int_equal(columns_part_plan(&c.part, choice, block), ERR_OK);
	for (size_t i = 0; i < c.part.ranges_len; i++) {
		struct columns_range r = c.part.ranges[i];

		assert_in_range(r.from + r.len, 1, block.len);
		c.bytes[i] = span_of(block.data + r.from, r.len);
	}
	return c;
}

static void
assert_same(const void *a, const void *b, size_t len)
{
	assert_non_null(a);
	assert_memory_equal(a, b, len);
}

static void
assert_parts_of(const struct columns *c)
{
	struct columns part;
	uint8_t *bytes;
	struct cut cut;
	size_t len;

	assert_int_equal(columns_encode(c, &bytes, &len), ERR_OK);
	cut = cut_of(COLUMNS_OF_BUYERS, span_of((char *)bytes, len));
	assert_int_equal(
	    columns_part_read(&cut.part, cut.bytes, &part), ERR_OK);
	assert_int_equal(part.carts_len, c->carts_len);
	assert_same(part.paid_day, c->paid_day, 4 * c->carts_len);
	assert_same(part.owner, c->owner, c->carts_len);
	assert_same(part.owner_key, c->owner_key, 8 * c->carts_len);
	assert_int_equal(part.ipv6_len, c->ipv6_len);
	assert_same(part.owner_ipv6, c->owner_ipv6,
	    c->ipv6_len * sizeof(*c->owner_ipv6));
	assert_null(part.cart_id);

	cut = cut_of(COLUMNS_OF_GOODS, span_of((char *)bytes, len));
	assert_int_equal(
	    columns_part_read(&cut.part, cut.bytes, &part), ERR_OK);
	assert_same(part.paid_day, c->paid_day, 4 * c->carts_len);
	assert_same(
	    part.items_from, c->items_from, 4 * (c->carts_len + (size_t)1));
	assert_same(part.items, c->items, 4 * c->items_len);
	assert_same(part.goods_id, c->goods_id, 8 * c->goods_len);
	assert_null(part.owner);

	cut = cut_of(COLUMNS_OF_BUYERS_BY_ID, span_of((char *)bytes, len));
	assert_int_equal(
	    columns_part_read(&cut.part, cut.bytes, &part), ERR_OK);
	assert_same(part.cart_id, c->cart_id, 8 * c->carts_len);
	assert_same(part.owner_key, c->owner_key, 8 * c->carts_len);
	cut = cut_of(COLUMNS_OF_GOODS_BY_ID, span_of((char *)bytes, len));
	assert_int_equal(
	    columns_part_read(&cut.part, cut.bytes, &part), ERR_OK);
	assert_same(part.cart_id, c->cart_id, 8 * c->carts_len);
	assert_same(part.items, c->items, 4 * c->items_len);
	free(bytes);
}

static void
parts_are_what_the_block_says(void **state)
{
	uint64_t seed = 61;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *t = tally_of(NULL, s.events, s.len);

		for (unsigned i = 0; i < SHARDS; i++) {
			struct columns c;

			assert_false(tally_columns(t, i, &c));
			assert_parts_of(&c);
			columns_cleanup(&c);
		}
		tally_free(t);
	}
}

static const uint64_t cart_id[] = { 3, 9, 11 };
static const uint32_t named_day[] = { 7, 8, 9 };
static const uint32_t items_from[] = { 0, 2, 2, 3 };
static const uint32_t items[] = { 0, 1, 1 };
static const uint64_t goods_id[] = { 5, 6 };
static const struct columns_ipv6 owner_ipv6[] = { { 1, 2 } };

/* Each broken in one place, which the one choice or the other looks at. */
struct broken {
	uint32_t paid_day[3], items_from[4], items[3], ipv6_len;
	uint64_t owner_key[3], goods_id[2];
	uint8_t owner[3];
};
static const struct broken sound = { .paid_day = { 7, COLUMNS_NO_DAY, 10 },
	.items_from = { 0, 2, 2, 3 },
	.items = { 0, 1, 1 },
	.owner_key = { 42, 0, 0xffffffff },
	.goods_id = { 5, 6 },
	.owner = { OWNER_USER, OWNER_NONE, OWNER_IPV4 } };

static enum err
read_part(enum columns_choice choice, const struct broken *b)
{
	struct columns c = { 3, 2, 3, b->ipv6_len, cart_id, named_day,
		b->paid_day, b->owner, b->owner_key, owner_ipv6, b->items_from,
		b->items, b->goods_id, NULL };
	struct columns part;
	uint8_t *bytes;
	struct cut cut;
	size_t len;
	enum err e;

	assert_int_equal(columns_encode(&c, &bytes, &len), ERR_OK);
	cut = cut_of(choice, span_of((char *)bytes, len));
	e = columns_part_read(&cut.part, cut.bytes, &part);
	free(bytes);
	return e;
}

static void
assert_broken(enum columns_choice choice, const struct broken *b)
{
	assert_int_equal(read_part(choice, b), ERR_CORRUPT);
}

static void
what_a_choice_looks_at_is_checked(void **state)
{
	struct broken b;

	(void)state;
	assert_int_equal(read_part(COLUMNS_OF_BUYERS, &sound), ERR_OK);
	assert_int_equal(read_part(COLUMNS_OF_GOODS, &sound), ERR_OK);
	b = sound;
	b.paid_day[2] = CIVIL_DAY_MAX + 1;
	assert_broken(COLUMNS_OF_BUYERS, &b);
	assert_broken(COLUMNS_OF_GOODS, &b);
	b = sound;
	b.paid_day[1] = 9; /* nobody's */
	assert_broken(COLUMNS_OF_BUYERS, &b);
	b = sound;
	b.owner[0] = OWNER_IPV6 + 1;
	assert_broken(COLUMNS_OF_BUYERS, &b);
	b = sound;
	b.owner[2] = OWNER_IPV6;
	b.owner_key[2] = 0; /* the first of no addresses, then of one */
	assert_broken(COLUMNS_OF_BUYERS, &b);
	b.ipv6_len = 1;
	assert_int_equal(read_part(COLUMNS_OF_BUYERS, &b), ERR_OK);
	b.owner_key[2] = 1;
	assert_broken(COLUMNS_OF_BUYERS, &b);
	b = sound;
	b.owner_key[2]++; /* no IPv4 address */
	assert_broken(COLUMNS_OF_BUYERS, &b);
	b = sound;
	b.items[2] = 2; /* of two goods */
	assert_broken(COLUMNS_OF_GOODS, &b);
	b = sound;
	b.goods_id[1] = 5;
	assert_broken(COLUMNS_OF_GOODS, &b);
}

static struct span
block_of_three(uint8_t **bytes)
{
	struct columns c = { 3, 2, 3, 0, cart_id, named_day, sound.paid_day,
		sound.owner, sound.owner_key, NULL, items_from, items, goods_id,
		NULL };
	size_t len;

	assert_int_equal(columns_encode(&c, bytes, &len), ERR_OK);
	return span_of((char *)*bytes, len);
}

/* Where a cart's goods begin, changed in the bytes: no encoder writes that. */
static void
goods_of_a_cart_lie_within_the_goods_of_all(void **state)
{
	static const uint32_t wrong[][4] = { { 1, 2, 2, 3 }, { 0, 2, 1, 3 },
		{ 0, 2, 4, 3 }, { 0, 2, 2, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct columns part;
		uint8_t *bytes;
		struct span block = block_of_three(&bytes);
		struct cut cut = cut_of(COLUMNS_OF_GOODS, block);
		struct columns_layout l = columns_layout_of(cut.part.size);

		memcpy(bytes + l.offset[COLUMN_ITEMS_FROM], wrong[i],
		    sizeof(wrong[i]));
		assert_int_equal(columns_part_read(&cut.part, cut.bytes, &part),
		    ERR_CORRUPT);
		free(bytes);
	}
}

static void
a_range_of_another_length_and_a_foreign_header_are_refused(void **state)
{
	struct columns_part p;
	struct columns part;
	uint8_t *bytes;
	struct span block = block_of_three(&bytes);
	struct cut cut = cut_of(COLUMNS_OF_BUYERS, block);

	(void)state;
	cut.bytes[0].len--;
	assert_int_equal(
	    columns_part_read(&cut.part, cut.bytes, &part), ERR_CORRUPT);
	block.len = COLUMNS_HEADER_SIZE - 1;
	assert_int_equal(
	    columns_part_plan(&p, COLUMNS_OF_BUYERS, block), ERR_CORRUPT);
	block.len = COLUMNS_HEADER_SIZE;
	for (size_t i = 0; i < COLUMNS_HEADER_SIZE; i++) {
		bytes[i] ^= 1;
		if (columns_part_plan(&p, COLUMNS_OF_BUYERS, block) == ERR_OK)
			fail_msg("byte %zu may be anything", i);
		bytes[i] ^= 1;
	}
	free(bytes);
}

/* What the head of a segment tells, however little of it is there. */
static void
the_sample_tells_which_ids_are_below(void **state)
{
	uint8_t *bytes;
	struct span block = block_of_three(&bytes);
	struct columns_part p;

	(void)state;
	assert_int_equal(
	    columns_part_plan(&p, COLUMNS_OF_GOODS_BY_ID, block), ERR_OK);
	assert_int_equal(columns_part_least(&p, block), 3);
	block.len = COLUMNS_HEADER_SIZE + 8;
	assert_int_equal(columns_part_least(&p, block), 3);
	block.len--;
	assert_int_equal(columns_part_least(&p, block), 0);
	columns_part_skip(&p, block, UINT64_MAX);
	assert_int_equal(p.ids_from, 0);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_what_the_block_says),
		cmocka_unit_test(what_a_choice_looks_at_is_checked),
		cmocka_unit_test(goods_of_a_cart_lie_within_the_goods_of_all),
		cmocka_unit_test(the_sample_tells_which_ids_are_below),
		cmocka_unit_test(
		    a_range_of_another_length_and_a_foreign_header_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
