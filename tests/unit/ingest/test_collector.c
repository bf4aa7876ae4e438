#include "worker/ingest/collector.h"

#include "support/crew.h"

static void
a_collector_closes_with_its_loop(void **state)
{
	struct crew *c = crew_open(1);
	struct collector *collector = collector_open(&c->member[0].worker);

	(void)state;
	assert_non_null(collector);
	collector_close(collector);
	collector_close(NULL);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_collector_closes_with_its_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
