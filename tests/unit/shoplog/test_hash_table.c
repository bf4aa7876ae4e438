/* The hash table, against the plainest one: an array that is searched. */
#include "common/shoplog/hash_table.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_and_nothing_else),
		cmocka_unit_test(an_empty_table_finds_nothing_and_owns_nothing),
		cmocka_unit_test(
		    entries_keep_the_order_of_arrival_and_can_be_sorted),
		cmocka_unit_test(regular_keys_do_not_meet_in_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
