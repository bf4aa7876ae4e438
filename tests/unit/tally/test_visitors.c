/* Visitors in bytes: the layout by which one of them can be found, and what of
 * it must hold. How they meet at a border is tested with the tally. */
#include "common/shoplog/tally/visitors_bytes.h"

#include "common/shoplog/tally/shard.h"
#include "common/shoplog/tally/tally_state.h"
#include "unit/shoplog/stream.h"

enum { SHARD = 3 };

/* Two IPv4 addresses of one shard that begin with an add-to-cart and an IPv6 one
 * of the same that ends on a goods page. */
static struct tally *
three_visitors(void)
{
	static const char *const ips[] = { "2a00::7", "1.0.1.14", "1.0.0.7" };
	struct tally *t = tally_new(NULL);

	for (uint64_t i = 0; i < 3; i++) {
		struct address ip = address_of(ips[i]);
		bool is_new;
		struct hash_key key = visitor_key(&ip);
		struct visitor *v = visitors_meet(&t->visitors, key, &is_new);
		uint32_t page = NAME_NONE, before;

		assert_true(is_new);
		if (i > 0)
			assert_false(visitors_begin_with_cart(
			    &t->visitors, v, key, 10 + i));
		else
			assert_false(names_page(&t->names, span_text("fish"),
			    span_text("eel"), &page));
		assert_false(
		    visitors_turn(&t->visitors, v, key, page, &before));
		assert_true(before == NAME_NONE);
	}
	return t;
}

static struct bytes
written(const struct tally *t, enum visitors_part part)
{
	struct visitors_rows rows;
	struct names_order order;
	struct writer w = { 0 };
	struct bytes b;

	assert_int_equal(names_order_init(&order, &t->names), ERR_OK);
	assert_int_equal(
	    visitors_rows_init(&rows, &t->visitors, part, 0, SHARDS), ERR_OK);
	visitors_rows_use_names(&rows, SHARD, &order);
	names_order_sort(&order);
	visitors_rows_write(&w, &rows, SHARD, &order);
	visitors_rows_cleanup(&rows);
	names_order_cleanup(&order);
	assert_int_equal(writer_give(&w, &b.data, &b.len), ERR_OK);
	return b;
}

enum { FIRST_GOODS = 32, FIRST_ROW = 48, IPV4 = 56, LAST = 64, END = 76 };

static void
rows_lie_where_the_header_says(void **state)
{
	struct tally *t = three_visitors();
	struct bytes b = written(t, VISITORS_BORDERS);

	(void)state;
	assert_int_equal(b.len, END);
	assert_int_equal(le32(b.data), 2);
	assert_int_equal(le32(b.data + 4), 1);
	assert_int_equal(le32(b.data + 8), 2);
	assert_true(le64(b.data + 16) == (uint64_t)0x2a00 << 48);
	assert_int_equal(le64(b.data + 24), 7);
	assert_int_equal(le64(b.data + FIRST_GOODS), 12);
	assert_int_equal(le64(b.data + FIRST_GOODS + 8), 11);
	assert_int_equal(le32(b.data + FIRST_ROW), 0);
	assert_int_equal(le32(b.data + FIRST_ROW + 4), 1);
	assert_int_equal(le32(b.data + IPV4), 0x01000007);
	assert_int_equal(le32(b.data + IPV4 + 4), 0x0100010e);
	assert_int_equal(le32(b.data + LAST), 0);
	assert_int_equal(le32(b.data + LAST + 8), 1);
	free(b.data);
	tally_free(t);
}

static void
only_pages_are_written_when_nothing_lies_before(void **state)
{
	struct tally *t = three_visitors();
	struct bytes pages = written(t, VISITORS_PAGES);
	struct bytes lasts = written(t, VISITORS_LASTS);

	(void)state;
	assert_int_equal(pages.len, 16 + 20);
	assert_int_equal(lasts.len, 16 + 2 * 8 + 20);
	free(pages.data);
	free(lasts.data);
	tally_free(t);
}

/* Reads one visitor that begins with an add-to-cart; `row` is what its entry
 * among the firsts says of where it is. */
static enum err
read_one(uint32_t row, unsigned off_shard)
{
	struct address ip = address_of("1.0.0.7");
	unsigned shard = shard_of(visitor_key(&ip));
	struct names_map map = { 0 };
	struct tally *t = tally_new(NULL);
	struct writer w = { 0 };
	struct reader r;
	enum err e;

	writer_u32(&w, 1);
	writer_u32(&w, 0);
	writer_u32(&w, 1);
	writer_u32(&w, 0);
	writer_u64(&w, 42);
	writer_u32(&w, row);
	writer_u32(&w, 0x01000007);
	writer_u32(&w, 0);
	r = reader_of(span_of(w.bytes.data, w.bytes.len));
	e = visitors_read(
	    &t->visitors, shard + off_shard, &t->names, &t->ballot, &r, &map);
	writer_cleanup(&w);
	tally_free(t);
	return e;
}

static void
a_first_of_no_row_is_corrupt(void **state)
{
	(void)state;
	assert_int_equal(read_one(0, 0), ERR_OK);
	assert_int_equal(read_one(1, 0), ERR_CORRUPT);
	assert_int_equal(read_one(UINT32_MAX, 0), ERR_CORRUPT);
}

static void
an_address_of_another_shard_is_corrupt(void **state)
{
	(void)state;
	assert_int_equal(read_one(0, 1), ERR_CORRUPT);
}

/* Pages with numbers that do not fit a visitor, and back again. */
static void
far_pages_are_turned_like_others(void **state)
{
	static const uint32_t pages[] = { 7, VISITOR_FAR_PAGE - 1,
		VISITOR_FAR_PAGE, VISITOR_NO_PAGE, NAME_NONE, 1u << 31, 3,
		VISITOR_NO_PAGE, NAME_NONE, 1 };
	struct address ip = address_of("1.0.0.7");
	struct hash_key key = visitor_key(&ip);
	struct tally *t = tally_new(NULL);
	uint32_t was = NAME_NONE;
	bool is_new;
	struct visitor *v = visitors_meet(&t->visitors, key, &is_new);

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct visitors_walk walk = { .visitors = &t->visitors };
		struct visitors_row row;
		uint32_t before;

		assert_int_equal(
		    visitors_turn(&t->visitors, v, key, pages[i], &before),
		    ERR_OK);
		assert_true(before == was);
		assert_true(visitors_walk_next(&walk, &row));
		assert_true(row.page == pages[i]);
		was = pages[i];
	}
	tally_free(t);
}

/* Many addresses, met twice in different order, through every growth. */
static void
nobody_is_lost_when_the_table_grows(void **state)
{
	enum { MANY = 50000 };
	struct tally *t = tally_new(NULL);
	struct visitors_walk walk = { .visitors = &t->visitors };
	struct visitors_row row;
	size_t walked = 0;
	bool is_new;

	(void)state;
	for (uint32_t i = 0; i < 2 * MANY; i++) {
		uint32_t ip = (i < MANY ? i : 2 * MANY - 1 - i) * 2654435761u;
		struct hash_key key = { 0, UINT64_C(0xffff) << 32 | ip };

		assert_non_null(visitors_meet(&t->visitors, key, &is_new));
		assert_int_equal(is_new, i < MANY);
	}
	assert_int_equal(visitors_len(&t->visitors), MANY);
	while (visitors_walk_next(&walk, &row))
		walked++;
	assert_int_equal(walked, MANY);
	tally_free(t);
}

/* Whether the address is met in its bucket, with what comes of it. */
static uint8_t
meet_near(struct visitors *v, const char *ip, uint32_t page, uint32_t *before)
{
	struct address address = address_of(ip);
	struct hash_key key = visitor_key(&address);

	return visitors_meet_near(
	    visitors_bucket_of(v, key), key, page, before);
}

static void
only_who_has_an_ipv4_address_and_a_country_is_met_near(void **state)
{
	/* The last one ends as the first one does. */
	static const char *const ips[] = { "1.2.3.4", "0.0.0.0", "1::102:304" };
	struct hash_secret secret = { 1, 2 };
	struct visitors v;
	uint32_t before;

	(void)state;
	visitors_init(&v, &secret);
	assert_true(visitors_reserve(&v, 3, 3));
	for (int i = 0; i < 3; i++) {
		struct address address = address_of(ips[i]);
		struct hash_key key = visitor_key(&address);
		struct visitor *visitor;
		bool is_new;

		assert_int_equal(meet_near(&v, ips[i], 7, &before), 0);
		visitor = visitors_meet(&v, key, &is_new);
		assert_true(is_new);
		assert_int_equal(meet_near(&v, ips[i], 7, &before), 0);
		assert_int_equal(visitor->page, VISITOR_NO_PAGE);
		visitor->begins_with_cart = i == 0;
		visitor->country = COUNTRY_NOT_KEPT;
		assert_int_equal(meet_near(&v, ips[i], 7, &before), 0);
		visitor->country = COUNTRY_FIRST + 5;
		assert_int_equal(meet_near(&v, ips[i], 7, &before),
		    i < 2 ? COUNTRY_FIRST + 5 : 0);
		if (i == 2)
			break;
		assert_int_equal(before, NAME_NONE);
		assert_int_equal(meet_near(&v, ips[i], NAME_NONE, &before),
		    COUNTRY_FIRST + 5);
		assert_int_equal(before, 7);
		assert_int_equal(visitor->page, VISITOR_NO_PAGE);
		assert_int_equal(visitor->begins_with_cart, i == 0);
	}
	visitors_cleanup(&v);
}

static void
nobody_is_met_in_a_bucket_that_is_full_of_others(void **state)
{
	struct visitors_bucket full, before;
	uint32_t page = 5;

	(void)state;
	for (uint32_t i = 0; i < BUCKET_PLACES; i++) {
		full.ip[i] = 1 + i;
		full.visitor[i] =
		    (struct visitor){ .page = i, .country = COUNTRY_FIRST };
	}
	before = full;
	assert_int_equal(
	    visitors_meet_near(&full, visitor_key_of_ipv4(99), 7, &page), 0);
	assert_memory_equal(&full, &before, sizeof(full));
	for (uint32_t i = 0; i < BUCKET_PLACES; i++) {
		assert_int_equal(visitors_meet_near(&full,
				     visitor_key_of_ipv4(1 + i), 7, &page),
		    COUNTRY_FIRST);
		assert_int_equal(page, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nobody_is_met_in_a_bucket_that_is_full_of_others),
		cmocka_unit_test(
		    only_who_has_an_ipv4_address_and_a_country_is_met_near),
		cmocka_unit_test(rows_lie_where_the_header_says),
		cmocka_unit_test(
		    only_pages_are_written_when_nothing_lies_before),
		cmocka_unit_test(far_pages_are_turned_like_others),
		cmocka_unit_test(nobody_is_lost_when_the_table_grows),
		cmocka_unit_test(a_first_of_no_row_is_corrupt),
		cmocka_unit_test(an_address_of_another_shard_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
