/* The hash table, against the plainest one: an array that is searched. */
#include "common/shoplog/table/hash_table.h"

#include "unit/shoplog/stream.h"

struct number {
	struct hash_key key;
	uint64_t value;
};

static struct hash_table
new_table(void)
{
	struct hash_secret secret;
	struct hash_table t;

	assert_true(hash_secret_new(&secret));
	hash_table_init(&t, sizeof(struct number), &secret);
	return t;
}

static void
what_was_added_is_found_and_nothing_else(void **state)
{
	enum { KEYS = 64 };
	uint64_t plain[KEYS][KEYS] = { { 0 } }, seed = 61;
	struct hash_table t = new_table();
	size_t distinct = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		uint64_t high = random_below(&seed, KEYS);
		uint64_t low = random_below(&seed, KEYS);
		struct hash_key key = { high << 58, low };
		bool is_new;
		struct number *n = hash_table_add(&t, key, &is_new);

		assert_non_null(n);
		assert_int_equal(is_new, plain[high][low] == 0);
		assert_int_equal(n->value, plain[high][low]);
		distinct += is_new;
		n->value = ++plain[high][low];
	}
	assert_int_equal(t.len, distinct);
	for (uint64_t i = 0; i < KEYS * KEYS; i++) {
		struct hash_key key = { i / KEYS << 58, i % KEYS };
		const struct number *n = hash_table_find(&t, key);

		assert_int_equal(n ? n->value : 0, plain[i / KEYS][i % KEYS]);
	}
	hash_table_cleanup(&t);
}

static void
an_empty_table_finds_nothing_and_owns_nothing(void **state)
{
	struct hash_table t = new_table();

	(void)state;
	assert_null(hash_table_find(&t, (struct hash_key){ 0, 0 }));
	assert_true(hash_table_reserve(&t, 100));
	assert_null(hash_table_find(&t, (struct hash_key){ 0, 0 }));
	hash_table_cleanup(&t);
}

static int
by_key(const void *a, const void *b, void *context)
{
	const struct hash_key *x = a, *y = b;

	*(bool *)context = true;
	if (x->high != y->high)
		return x->high < y->high ? -1 : 1;
	return (x->low > y->low) - (x->low < y->low);
}

static void
entries_keep_the_order_of_arrival_and_can_be_sorted(void **state)
{
	static const struct hash_key keys[] = { { 2, 1 }, { 1, UINT64_MAX },
		{ 1, 0 } };
	static const size_t order[] = { 2, 1, 0 };
	struct hash_table t = new_table();
	bool is_asked = false;
	const void **sorted;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bool is_new;
		const void *n = hash_table_add(&t, keys[i], &is_new);

		assert_int_equal(hash_table_index(&t, n), i);
	}
	sorted = hash_table_sorted(&t, by_key, &is_asked);
	assert_non_null(sorted);
	assert_true(is_asked);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(hash_table_index(&t, sorted[i]), order[i]);
	free(sorted);
	hash_table_cleanup(&t);
}

/* Keys that share their low bits, or differ in one bit only: the places are
 * spread all the same, or this would take minutes. */
static void
regular_keys_do_not_meet_in_one_place(void **state)
{
	struct hash_table t = new_table();

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		bool is_new;

		assert_non_null(hash_table_add(
		    &t, (struct hash_key){ 0, i << 40 }, &is_new));
		assert_non_null(hash_table_add(
		    &t, (struct hash_key){ i << 32, 1 }, &is_new));
	}
	assert_int_equal(t.len, 200000);
	hash_table_cleanup(&t);
}

static bool
is_same_key(struct hash_key a, struct hash_key b)
{
	return a.high == b.high || a.low == b.low;
}

/* Texts of all lengths, each with one byte changed, and with the halves of its
 * first sixteen exchanged: what a hash that multiplies them may take for the same. */
static void
texts_that_differ_have_keys_that_differ(void **state)
{
	enum { LONGEST = 50, TEXTS = 2 * LONGEST + 3 };
	static char text[TEXTS][LONGEST];
	struct hash_key key[TEXTS];
	struct hash_secret secret;
	size_t len[TEXTS] = { 0 };

	(void)state;
	assert_true(hash_secret_new(&secret));
	for (size_t i = 0; i < TEXTS; i++) {
		memcpy(text[i],
		    "zander/and_eel/and_a_swordfish_as_large_as_a_boat_!",
		    LONGEST);
		if (i <= LONGEST) {
			len[i] = i;
			continue;
		}
		len[i] = LONGEST;
		if (i <= 2 * LONGEST)
			text[i][i - LONGEST - 1] ^= 1;
	}
	for (size_t i = 2 * LONGEST + 1; i < TEXTS; i++) {
		size_t half = 8;

		len[i] = i == TEXTS - 1 ? 16 : LONGEST;
		for (size_t k = 0; k < half; k++) {
			text[i][k] = text[0][half + k];
			text[i][half + k] = text[0][k];
		}
		text[i][0] ^= (char)len[i];
		text[i][half] ^= (char)len[i];
	}
	for (size_t i = 0; i < TEXTS; i++) {
		char copy[LONGEST + 1];

		memcpy(copy + 1, text[i], LONGEST);
		key[i] = hash_text(&secret, span_of(text[i], len[i]));
		assert_true(is_same_key(
		    key[i], hash_text(&secret, span_of(copy + 1, len[i]))));
		for (size_t k = 0; k < i; k++)
			assert_false(is_same_key(key[i], key[k]));
	}
}

static void
entries_begin_with_a_cache_line_however_many_there_are(void **state)
{
	struct hash_table t = new_table();

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		bool is_new;

		assert_non_null(
		    hash_table_add(&t, (struct hash_key){ 0, i }, &is_new));
		assert_int_equal((uintptr_t)t.entries % 64, 0);
	}
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(
		    ((const struct number *)hash_table_at(&t, i))->key.low, i);
	hash_table_cleanup(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_and_nothing_else),
		cmocka_unit_test(an_empty_table_finds_nothing_and_owns_nothing),
		cmocka_unit_test(
		    entries_keep_the_order_of_arrival_and_can_be_sorted),
		cmocka_unit_test(regular_keys_do_not_meet_in_one_place),
		cmocka_unit_test(texts_that_differ_have_keys_that_differ),
		cmocka_unit_test(
		    entries_begin_with_a_cache_line_however_many_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
