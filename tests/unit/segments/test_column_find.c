#include "worker/store/segments/column_find.h"

#include "support/bulk_redis.h"

enum { ROWS = 3000, OFFSET = 5 };

/* A segment `id` with every third number from 3 on, `width` bytes each. */
static void
put_column(struct bulk_redis *t, const char *id, unsigned width)
{
	char *bytes = calloc(1, OFFSET + (size_t)ROWS * width);

	assert_non_null(bytes);
	for (uint32_t i = 0; i < ROWS; i++) {
		uint64_t key = 3 * ((uint64_t)i + 1);
		char *at = bytes + OFFSET + (size_t)i * width;

		/* Little-endian, the low half last where there are two. */
		memcpy(at + (width == 16 ? 8 : 0), &key, width == 4 ? 4 : 8);
	}
	bulk_putf(t->bulk, "SET segment:%s %b", id, bytes,
	    (size_t)OFFSET + (size_t)ROWS * width);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	free(bytes);
}

static void
every_row_is_found_and_no_other(void **state)
{
	static const unsigned widths[] = { 4, 8, 16 };
	struct bulk_redis *t = *state;
	struct sorted_column columns[4];
	enum { KEYS = 3 * ROWS + 10 };
	struct column_probe *probes = calloc(4 * KEYS, sizeof(*probes));
	size_t len = 0;

	assert_non_null(probes);
	for (unsigned i = 0; i < 3; i++) {
		char id[8];

		snprintf(id, sizeof(id), "w%u", widths[i]);
		put_column(t, id, widths[i]);
		columns[i] = (struct sorted_column){
			span_text(arena_copy(&t->arena, span_text(id))), OFFSET,
			ROWS, widths[i]
		};
	}
	columns[3] = (struct sorted_column){ columns[0].id, OFFSET, 0, 4 };
	for (uint32_t c = 0; c < 4; c++)
		for (uint64_t key = 0; key < KEYS; key++)
			probes[len++] = (struct column_probe){ .column = c,
				.key = { 0, key } };
	assert_int_equal(column_find(t->bulk, columns, probes, len), ERR_OK);
	for (size_t i = 0; i < len; i++) {
		uint64_t key = probes[i].key.low;
		bool is_there = probes[i].column < 3 && key > 0 &&
				key % 3 == 0 && key <= 3 * ROWS;

		assert_int_equal(
		    probes[i].row, is_there ? key / 3 - 1 : COLUMN_NO_ROW);
	}
	free(probes);
}

static void
a_few_keys_of_a_long_column_are_found(void **state)
{
	struct bulk_redis *t = *state;
	const struct sorted_column column = { span_text("w"), OFFSET, ROWS, 8 };
	struct column_probe probes[] = {
		{ .key = { 0, 3 } },
		{ .key = { 0, 4 } },
		{ .key = { 0, 4500 } },
		{ .key = { 0, 9000 } },
		{ .key = { 1, 3 } },
	};
	struct column_cell cell = { span_text("w"), OFFSET + 8, 0 };

	put_column(t, "w", 8);
	assert_int_equal(column_find(t->bulk, &column, probes, 5), ERR_OK);
	assert_int_equal(probes[0].row, 0);
	assert_int_equal(probes[1].row, COLUMN_NO_ROW);
	assert_int_equal(probes[2].row, 1499);
	assert_int_equal(probes[3].row, 2999);
	assert_int_equal(probes[4].row, COLUMN_NO_ROW);
	assert_int_equal(column_cells(t->bulk, &cell, 1), ERR_OK);
	assert_int_equal(cell.value, 6);
}

static void
a_column_that_is_shorter_than_it_says_is_refused(void **state)
{
	struct bulk_redis *t = *state;
	const struct sorted_column column = { span_text("w"), OFFSET, 4 * ROWS,
		8 };
	const struct sorted_column missing = { span_text("no"), 0, 1, 8 };
	struct column_probe probe = { .key = { 0, 1000000 } };
	struct column_cell cell = { span_text("no"), 0, 0 };

	put_column(t, "w", 8);
	assert_int_equal(column_find(t->bulk, &column, &probe, 1), ERR_CORRUPT);
	assert_int_equal(
	    column_find(t->bulk, &missing, &probe, 1), ERR_CORRUPT);
	assert_int_equal(column_cells(t->bulk, &cell, 1), ERR_CORRUPT);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_row_is_found_and_no_other),
		TEST(a_few_keys_of_a_long_column_are_found),
		TEST(a_column_that_is_shorter_than_it_says_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
