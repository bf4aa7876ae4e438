/* Columns: folding them is what appending the tallies is, and their bytes are
 * believed only when they are exactly what they promise. */
#include "common/shoplog/carts/columns.h"

#include "common/shoplog/carts/columns_block.h"
#include "common/shoplog/tally/tally_columns.h"
#include "unit/shoplog/stream.h"

static struct bytes
columns_bytes(const struct columns *c)
{
	struct bytes b;

	assert_int_equal(columns_encode(c, &b.data, &b.len), ERR_OK);
	return b;
}

static void
assert_same_columns(const struct columns *a, const struct columns *b)
{
	struct bytes x = columns_bytes(a), y = columns_bytes(b);

	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	free(x.data);
	free(y.data);
}

static void
folding_columns_is_appending_tallies(void **state)
{
	uint64_t seed = 21;

	(void)state;
	for (int round = 0; round < 80; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		size_t cut = random_below(&seed, s.len + 1);
		struct tally *whole = tally_of(NULL, s.events, s.len);
		struct tally *left = tally_of(NULL, s.events, cut);
		struct tally *right =
		    tally_of(NULL, s.events + cut, s.len - cut);

		for (unsigned i = 0; i < SHARDS; i++) {
			struct columns base, delta, both, expected;

			assert_false(tally_columns(left, i, &base));
			assert_false(tally_columns(right, i, &delta));
			assert_false(tally_columns(whole, i, &expected));
			assert_false(columns_append(&base, &delta, &both));
			assert_same_columns(&both, &expected);
			columns_cleanup(&base);
			columns_cleanup(&delta);
			columns_cleanup(&both);
			columns_cleanup(&expected);
		}
		tally_free(whole);
		tally_free(left);
		tally_free(right);
	}
}

static const uint64_t cart_id[] = { 3, 9, UINT64_MAX };
static const uint32_t named_day[] = { 7, 8, 9 };
static const uint32_t paid_day[] = { 7, COLUMNS_NO_DAY, 10 };
static const uint8_t owner[] = { OWNER_USER, OWNER_NONE, OWNER_IPV6 };
static const uint64_t owner_key[] = { 42, 0, 0 };
static const struct columns_ipv6 owner_ipv6[] = { { 1, 2 } };
static const uint32_t items_from[] = { 0, 2, 2, 3 };
static const uint32_t items[] = { 0, 1, 1 };
static const uint64_t goods_id[] = { 5, 6 };

static struct columns
three_carts(void)
{
	return (struct columns){ 3, 2, 3, 1, cart_id, named_day, paid_day,
		owner, owner_key, owner_ipv6, items_from, items, goods_id,
		NULL };
}

static void
columns_come_back_from_their_bytes(void **state)
{
	struct columns c = three_carts(), back;
	struct bytes b = columns_bytes(&c);

	(void)state;
	assert_int_equal(columns_decode(bytes_span(b), &back), ERR_OK);
	assert_int_equal(back.carts_len, 3);
	assert_int_equal(back.goods_len, 2);
	assert_int_equal(back.items_len, 3);
	assert_memory_equal(back.cart_id, cart_id, sizeof(cart_id));
	assert_memory_equal(back.named_day, named_day, sizeof(named_day));
	assert_memory_equal(back.paid_day, paid_day, sizeof(paid_day));
	assert_memory_equal(back.owner, owner, sizeof(owner));
	assert_memory_equal(back.owner_key, owner_key, sizeof(owner_key));
	assert_int_equal(back.ipv6_len, 1);
	assert_memory_equal(back.owner_ipv6, owner_ipv6, sizeof(owner_ipv6));
	assert_memory_equal(back.items_from, items_from, sizeof(items_from));
	assert_memory_equal(back.items, items, sizeof(items));
	assert_memory_equal(back.goods_id, goods_id, sizeof(goods_id));
	columns_cleanup(&back);
	free(b.data);
}

/* No column reaches into the next one. */
static void
many_rows_of_each_column_come_back(void **state)
{
	enum { ROWS = 20 };
	struct {
		uint64_t cart_id[ROWS], owner_key[ROWS], goods_id[ROWS];
		struct columns_ipv6 owner_ipv6[ROWS];
		uint32_t named_day[ROWS], paid_day[ROWS], items[ROWS];
		uint32_t items_from[ROWS + 1];
		uint8_t owner[ROWS];
	} all;
	struct columns c, back;
	struct bytes b;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		all.cart_id[i] = UINT64_MAX - ROWS + i;
		all.goods_id[i] = UINT64_MAX - 2 * ROWS + i;
		all.owner[i] = OWNER_IPV6;
		all.owner_key[i] = all.items[i] = all.items_from[i] = i;
		all.owner_ipv6[i] = (struct columns_ipv6){ ~i, ~i };
		all.named_day[i] = 1000 + i;
		all.paid_day[i] = 2000 + i;
	}
	all.items_from[ROWS] = ROWS;
	c = (struct columns){ ROWS, ROWS, ROWS, ROWS, all.cart_id,
		all.named_day, all.paid_day, all.owner, all.owner_key,
		all.owner_ipv6, all.items_from, all.items, all.goods_id, NULL };
	b = columns_bytes(&c);
	assert_int_equal(columns_decode(bytes_span(b), &back), ERR_OK);
	assert_memory_equal(back.cart_id, all.cart_id, sizeof(all.cart_id));
	assert_memory_equal(
	    back.named_day, all.named_day, sizeof(all.named_day));
	assert_memory_equal(back.paid_day, all.paid_day, sizeof(all.paid_day));
	assert_memory_equal(back.owner, all.owner, sizeof(all.owner));
	assert_memory_equal(
	    back.owner_key, all.owner_key, sizeof(all.owner_key));
	assert_memory_equal(
	    back.owner_ipv6, all.owner_ipv6, sizeof(all.owner_ipv6));
	assert_memory_equal(
	    back.items_from, all.items_from, sizeof(all.items_from));
	assert_memory_equal(back.items, all.items, sizeof(all.items));
	assert_memory_equal(back.goods_id, all.goods_id, sizeof(all.goods_id));
	columns_cleanup(&back);
	free(b.data);
}

static void
no_carts_are_columns_too(void **state)
{
	struct tally *t = tally_new(NULL);
	struct columns c, back;
	struct bytes b;

	(void)state;
	assert_int_equal(tally_columns(t, 0, &c), ERR_OK);
	b = columns_bytes(&c);
	assert_int_equal(columns_decode(bytes_span(b), &back), ERR_OK);
	assert_int_equal(back.carts_len, 0);
	columns_cleanup(&c);
	columns_cleanup(&back);
	free(b.data);
	tally_free(t);
}

static void
the_sample_names_every_256th_cart(void **state)
{
	struct columns_size size = { .carts_len = 600 };
	struct columns_block b;
	struct columns c;
	uint64_t sample[3];

	(void)state;
	assert_int_equal(columns_block_new(&b, size), ERR_OK);
	for (uint32_t i = 0; i < 600; i++)
		b.cart_id[i] = 10 * i;
	columns_block_fill_sample(&b);
	memcpy(sample, b.bytes + COLUMNS_HEADER_SIZE, sizeof(sample));
	assert_int_equal(sample[0], 0);
	assert_int_equal(sample[1], 2560);
	assert_int_equal(sample[2], 5120);
	columns_block_give(&b, &c);
	columns_cleanup(&c);
}

static bool
is_taken(struct span bytes)
{
	struct columns c, twice;
	enum err e = columns_decode(bytes, &c);

	if (e) {
		assert_int_equal(e, ERR_CORRUPT);
		return false;
	}
	assert_int_equal(columns_append(&c, &c, &twice), ERR_OK);
	columns_cleanup(&twice);
	columns_cleanup(&c);
	return true;
}

static void
columns_cut_short_or_too_long_are_corrupt(void **state)
{
	struct columns c = three_carts();
	struct bytes b = columns_bytes(&c);

	(void)state;
	for (size_t len = 0; len <= b.len + 1; len++) {
		char *part = calloc(1, len + 1);

		memcpy(part, b.data, len < b.len ? len : b.len);
		assert_int_equal(is_taken(span_of(part, len)), len == b.len);
		free(part);
	}
	free(b.data);
}

static void
a_flipped_bit_never_does_harm(void **state)
{
	struct columns c = three_carts();
	struct bytes b = columns_bytes(&c);

	(void)state;
	for (size_t i = 0; i < 8 * b.len; i++) {
		b.data[i / 8] ^= (uint8_t)(1 << i % 8);
		is_taken(bytes_span(b));
		b.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_true(is_taken(bytes_span(b)));
	free(b.data);
}

static void
assert_refused(struct columns c)
{
	struct bytes b = columns_bytes(&c);

	assert_false(is_taken(bytes_span(b)));
	free(b.data);
}

static void
broken_promises_are_corrupt(void **state)
{
	static const uint64_t equal_ids[] = { 3, 9, 9 };
	static const uint32_t items_beyond[] = { 0, 1, 2 };
	static const uint32_t items_twice[] = { 1, 1, 1 };
	static const uint32_t from_backwards[] = { 0, 2, 1, 3 };
	static const uint32_t late_day[] = { 7, 8, 4000000 };
	static const uint8_t nobody_pays[] = { OWNER_NONE, 0, OWNER_IPV6 };
	static const uint8_t unknown_owner[] = { 4, OWNER_NONE, OWNER_IPV6 };
	static const struct columns_ipv6 two_addresses[] = { { 1, 2 },
		{ 3, 4 } };
	static const uint64_t another_address[] = { 42, 0, 1 };
	struct columns c = three_carts();

	(void)state;
	c.cart_id = equal_ids;
	assert_refused(c);
	c = three_carts();
	c.items = items_beyond;
	assert_refused(c);
	c.items = items_twice;
	assert_refused(c);
	c = three_carts();
	c.items_from = from_backwards;
	assert_refused(c);
	c = three_carts();
	c.named_day = late_day;
	assert_refused(c);
	c = three_carts();
	c.owner = nobody_pays;
	assert_refused(c);
	c.owner = unknown_owner;
	assert_refused(c);
	c = three_carts();
	c.ipv6_len = 0; /* though one owner is an IPv6 address */
	assert_refused(c);
	c = three_carts();
	c.owner_ipv6 = two_addresses;
	c.ipv6_len = 2;
	assert_refused(c);
	c.owner_key = another_address;
	assert_refused(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folding_columns_is_appending_tallies),
		cmocka_unit_test(columns_come_back_from_their_bytes),
		cmocka_unit_test(many_rows_of_each_column_come_back),
		cmocka_unit_test(no_carts_are_columns_too),
		cmocka_unit_test(the_sample_names_every_256th_cart),
		cmocka_unit_test(columns_cut_short_or_too_long_are_corrupt),
		cmocka_unit_test(a_flipped_bit_never_does_harm),
		cmocka_unit_test(broken_promises_are_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
