#include "worker/transport/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t
enter(struct crowd *c, const char *address, struct crowd_place **place)
{
	*place = crowd_enter(c, address);
	assert_non_null(*place);
	return (*place)->conns;
}

static void
each_address_is_counted_by_itself(void **state)
{
	static struct crowd c;
	struct crowd_place *p[10000];
	char text[32];

	(void)state;
	for (int round = 1; round <= 2; round++) {
		for (int i = 0; i < 5000; i++) {
			snprintf(
			    text, sizeof(text), "10.0.%d.%d", i / 250, i % 250);
			assert_int_equal(
			    enter(&c, text, &p[(round - 1) * 5000 + i]), round);
		}
	}
	for (int i = 0; i < 10000; i++)
		crowd_leave(&c, p[i]);
	assert_int_equal(enter(&c, "10.0.1.1", &p[0]), 1);
	crowd_leave(&c, p[0]);
	crowd_leave(&c, NULL);
	for (size_t i = 0; i < CROWD_BUCKETS; i++)
		assert_null(c.buckets[i]);
}

static void
one_network_of_ipv6_is_one_place(void **state)
{
	static struct crowd c;
	struct crowd_place *p[4];

	(void)state;
	assert_int_equal(enter(&c, "2001:db8:1:2::1", &p[0]), 1);
	assert_int_equal(enter(&c, "2001:db8:1:2:ffff::9", &p[1]), 2);
	assert_int_equal(enter(&c, "2001:db8:1:3::1", &p[2]), 1);
	assert_int_equal(enter(&c, "", &p[3]), 1);
	for (size_t i = 0; i < 4; i++)
		crowd_leave(&c, p[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_is_counted_by_itself),
		cmocka_unit_test(one_network_of_ipv6_is_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
