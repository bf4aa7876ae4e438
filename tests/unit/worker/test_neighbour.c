#include "worker/neighbour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW_MS = 1000000 };

/* Four slots, silent where the text has a '-'. */
static struct shared *
shared_of(const char *slots)
{
	struct shared *s = shared_new(4);

	assert_non_null(s);
	for (int i = 0; i < 4; i++)
		atomic_store(
		    &s->worker[i].heartbeat_ms, slots[i] == '-' ? 0 : NOW_MS);
	return s;
}

/* Who serves each slot's listener, as the four workers themselves see it. */
static void
assert_served(const char *slots, const char *servers)
{
	struct shared *s = shared_of(slots);

	for (uint32_t other = 0; other < 4; other++) {
		char serving = '-';

		for (uint32_t slot = 0; slot < 4; slot++) {
			if (slots[slot] == '-' ||
			    !neighbour_serves(s, slot, other, NOW_MS))
				continue;
			if (serving != '-')
				fail_msg("%s: two serve %u", slots, other);
			serving = (char)('0' + slot);
		}
		if (serving != servers[other])
			fail_msg("%s: slot %u is served by %c, not %c", slots,
			    other, serving, servers[other]);
	}
	shared_free(s);
}

static void
every_listener_is_served_by_exactly_one(void **state)
{
	(void)state;
	assert_served("++++", "0123");
	assert_served("-+++", "1123");
	assert_served("+++-", "0120");
	assert_served("+--+", "0333");
	assert_served("-++-", "1121");
	assert_served("--+-", "2222");
}

static void
silence_begins_after_its_time(void **state)
{
	struct shared *s = shared_of("++++");

	(void)state;
	atomic_store(&s->worker[1].heartbeat_ms, NOW_MS - SILENCE_MS);
	assert_false(neighbour_serves(s, 2, 1, NOW_MS));
	assert_true(neighbour_serves(s, 2, 1, NOW_MS + 1));
	shared_free(s);
}

static void
a_worker_serves_its_own_listener_before_its_first_heartbeat(void **state)
{
	struct shared *s = shared_of("----");

	(void)state;
	for (uint32_t slot = 0; slot < 4; slot++)
		assert_true(neighbour_serves(s, slot, slot, NOW_MS));
	shared_free(s);
}

static void
one_worker_has_no_neighbour(void **state)
{
	struct shared *s = shared_new(1);

	(void)state;
	assert_true(neighbour_serves(s, 0, 0, NOW_MS));
	shared_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_listener_is_served_by_exactly_one),
		cmocka_unit_test(silence_begins_after_its_time),
		cmocka_unit_test(
		    a_worker_serves_its_own_listener_before_its_first_heartbeat),
		cmocka_unit_test(one_worker_has_no_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
