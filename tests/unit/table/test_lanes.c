/* Every way of comparing many things says what the plain one says. */
#include "common/shoplog/table/lanes.h"

#include "unit/shoplog/stream.h"

enum { ROUNDS = 20000 };

static void
bytes_are_found_where_they_are(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t bytes[LANES_BYTES];
		uint8_t byte = (uint8_t)random_below(&seed, 3);
		unsigned found;

		for (int k = 0; k < LANES_BYTES; k++)
			bytes[k] = (uint8_t)random_below(&seed, 3);
		found = lanes_equal_bytes(bytes, byte);
		assert_int_equal(found, lanes_equal_bytes_plain(bytes, byte));
		for (int k = 0; k < LANES_BYTES; k++)
			assert_int_equal(found >> k & 1, bytes[k] == byte);
		assert_int_equal(found >> LANES_BYTES, 0);
	}
}

static void
the_first_number_or_zero_is_found(void **state)
{
	uint64_t seed = 2;
	unsigned nowhere = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t a[LANES_NUMBERS], b[LANES_NUMBERS];
		uint32_t number = (uint32_t)random_below(&seed, 9) << 28;
		unsigned want = 0;

		for (int k = 0; k < LANES_NUMBERS; k++) {
			a[k] = (uint32_t)random_below(&seed, 16) << 28;
			b[k] = (uint32_t)random_below(&seed, 16) << 20;
		}
		while (want < LANES_NUMBERS && a[want] != number && b[want])
			want++;
		nowhere += want == LANES_NUMBERS;
		assert_int_equal(lanes_first(a, number, b), want);
		assert_int_equal(lanes_first_plain(a, number, b), want);
	}
	assert_true(nowhere > 0);
}

/* Some differ in one quarter only. */
static void
equal_wide_numbers_are_found_where_they_are(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t a[LANES_WIDE][4], number[4];
		unsigned want = 0;

		for (int k = 0; k < 4; k++)
			number[k] = (uint32_t)random_below(&seed, 9);
		for (int k = 0; k < LANES_WIDE; k++) {
			memcpy(a[k], number, sizeof(number));
			if (random_below(&seed, 2))
				a[k][random_below(&seed, 4)] ^=
				    (uint32_t)random_below(&seed, 2) << 31;
			want |= (unsigned)!memcmp(a[k], number, sizeof(number))
				<< 4 * k;
		}
		assert_int_equal(lanes_equal_wide(a, number), want);
		assert_int_equal(lanes_equal_wide_plain(a, number), want);
	}
}

static void
equal_numbers_are_found_where_they_are(void **state)
{
	uint64_t seed = 4;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t a[LANES_NUMBERS];
		uint32_t number = (uint32_t)random_below(&seed, 3) << 30;
		unsigned found;

		for (int k = 0; k < LANES_NUMBERS; k++)
			a[k] = (uint32_t)random_below(&seed, 3) << 30;
		found = lanes_equal_numbers(a, number);
		assert_int_equal(found, lanes_equal_numbers_plain(a, number));
		for (int k = 0; k < LANES_NUMBERS; k++)
			assert_int_equal(found >> k & 1, a[k] == number);
		assert_int_equal(found >> LANES_NUMBERS, 0);
	}
}

/* Of a text without zeros, and one that differs in one byte, or in none that counts;
 * what is behind them is anything. */
static void
short_texts_are_compared_and_hashed_up_to_their_length(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		char padded[LANES_SHORT] = { 0 }, text[LANES_SHORT];
		size_t len = random_below(&seed, LANES_SHORT);
		size_t at = random_below(&seed, LANES_SHORT);
		uint32_t key[LANES_KEYS];
		uint64_t hash;

		for (size_t k = 0; k < LANES_KEYS; k++)
			key[k] = (uint32_t)random_below(&seed, UINT32_MAX);
		for (size_t k = 0; k < LANES_SHORT; k++)
			text[k] = (char)(1 + random_below(&seed, 255));
		memcpy(padded, text, len);
		hash = lanes_hash_short(text, len, key);
		text[at] ^= (char)(1 << random_below(&seed, 8));
		assert_int_equal(lanes_are_short(padded, text, len), at >= len);
		assert_int_equal(
		    lanes_are_short_plain(padded, text, len), at >= len);
		assert_int_equal(
		    hash == lanes_hash_short(text, len, key), at >= len);
		assert_true(lanes_hash_short(text, len, key) ==
			    lanes_hash_short_plain(text, len, key));
		/* A longer one that begins so is another. */
		padded[len] = 'x';
		assert_false(lanes_are_short(padded, text, len));
		assert_false(lanes_are_short_plain(padded, text, len));
	}
}

/* Of two texts that differ in one byte, or in none. */
static void
a_text_is_compared_up_to_its_length(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		char padded[LANES_TEXT] = { 0 }, text[LANES_TEXT];
		size_t len = random_below(&seed, LANES_TEXT + 10);
		size_t at = random_below(&seed, LANES_TEXT);
		size_t counts = len < LANES_TEXT ? len : LANES_TEXT;

		for (size_t k = 0; k < LANES_TEXT; k++)
			text[k] = (char)random_below(&seed, 256);
		memcpy(padded, text, counts);
		text[at] ^= (char)(1 << random_below(&seed, 8));
		assert_int_equal(
		    lanes_are_text(padded, text, len), at >= counts);
		assert_int_equal(
		    lanes_are_text_plain(padded, text, len), at >= counts);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_found_where_they_are),
		cmocka_unit_test(the_first_number_or_zero_is_found),
		cmocka_unit_test(equal_numbers_are_found_where_they_are),
		cmocka_unit_test(equal_wide_numbers_are_found_where_they_are),
		cmocka_unit_test(
		    short_texts_are_compared_and_hashed_up_to_their_length),
		cmocka_unit_test(a_text_is_compared_up_to_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
