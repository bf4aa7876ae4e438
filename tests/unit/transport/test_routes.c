/* The real table: every route of the contract is there, and no other. */
#include "worker/transport/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	enum req_method method;
	const char *path;
	bool session;
} contract[] = {
	{ METHOD_GET, "/", false },
	{ METHOD_HEAD, "/", false },
	{ METHOD_POST, "/", false },
	{ METHOD_POST, "/user", false },
	{ METHOD_POST, "/user/auth", false },
	{ METHOD_DELETE, "/user/auth", true },
	{ METHOD_PATCH, "/user/7", true },
	{ METHOD_DELETE, "/user/7", true },
	{ METHOD_GET, "/user/all", true },
	{ METHOD_GET, "/parse", true },
	{ METHOD_POST, "/parse", true },
	{ METHOD_GET, "/report/1", true },
	{ METHOD_GET, "/report/x", true },
	{ METHOD_GET, "/live", false },
	{ METHOD_GET, "/ready", false },
};

static void
every_route_is_found_and_guarded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
		struct req r = { .method = contract[i].method,
			.path = span_text(contract[i].path) };

		if (route_find(&routes, &r) != ERR_OK)
			fail_msg("%s is not found", contract[i].path);
		assert_int_equal(r.route->session, contract[i].session);
		assert_non_null(r.route->serve);
		assert_non_null(r.route->encode);
		arena_reset(&r.arena);
	}
}

static void
what_belongs_to_one_user_asks_whose_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes.len; i++) {
		const struct route *row = &routes.rows[i];

		if (strcmp(row->path, "/user/{id}") == 0 &&
		    row->method != METHOD_GET)
			assert_non_null(row->permit);
	}
}

static void
who_makes_a_user_or_logs_in_needs_a_place_to_hash(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes.len; i++) {
		const struct route *row = &routes.rows[i];
		bool makes_user = strcmp(row->path, "/user") == 0;
		bool logs_in = strcmp(row->path, "/user/auth") == 0;

		assert_int_equal(row->hashes,
		    row->method == METHOD_POST && (makes_user || logs_in));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_found_and_guarded),
		cmocka_unit_test(what_belongs_to_one_user_asks_whose_it_is),
		cmocka_unit_test(
		    who_makes_a_user_or_logs_in_needs_a_place_to_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
