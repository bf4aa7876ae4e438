#include "support/loopback.h"
#include "worker/store/user_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static enum req_state
read_page(struct req *r)
{
	struct user_page *page = r->chain;

	return page->ids_len == 0 ? req_done(r)
				  : store_user_page_read(r, page, req_done);
}

static enum req_state
read_ids(struct req *r)
{
	return store_user_page_ids(r, r->chain, read_page);
}

static enum err
run(struct req *r, struct user_page *page)
{
	r->chain = page;
	return loopback_run(r, read_ids);
}

static void
fill(struct loopback *l)
{
	redis_process_ask(&l->server, "ZADD users 3 3 5 5 10 10 20 20");
	redis_process_ask(&l->server, "HSET {user:3} login c created_at t");
	redis_process_ask(&l->server, "HSET {user:5} login e");
	redis_process_ask(&l->server, "HSET {user:20} login t created_at t");
}

static void
page_is_of_those_that_exist(void **state)
{
	struct loopback *l = *state;
	struct user_page page = { .after = 0, .limit = 500 };
	struct req *r = loopback_new(l);

	fill(l);
	assert_int_equal(run(r, &page), ERR_OK);
	assert_int_equal(page.ids_len, 4);
	assert_int_equal(page.users_len, 2);
	assert_int_equal(page.users[0].id, 3);
	assert_int_equal(page.users[1].id, 20);
	assert_true(span_is_equal(page.users[1].login, span_text("t")));
	loopback_free(r);
}

static void
page_begins_after_and_ends_at_the_limit(void **state)
{
	struct loopback *l = *state;
	struct user_page page = { .after = 3, .limit = 2 };
	struct req *r = loopback_new(l);

	fill(l);
	assert_int_equal(run(r, &page), ERR_OK);
	assert_int_equal(page.ids_len, 2);
	assert_int_equal(page.ids[0], 5);
	assert_int_equal(page.ids[1], 10);
	page.after = 20;
	assert_int_equal(run(r, &page), ERR_OK);
	assert_int_equal(page.ids_len, 0);
	loopback_free(r);
}

static void
one_bad_reply_fails_the_page_after_all_have_come(void **state)
{
	struct loopback *l = *state;
	struct user_page page = { .after = 0, .limit = 500 };
	struct req *r = loopback_new(l);

	fill(l);
	redis_process_ask(&l->server, "SET {user:10} nonsense");
	assert_int_equal(run(r, &page), ERR_INTERNAL);
	loopback_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(page_is_of_those_that_exist),
		test(page_begins_after_and_ends_at_the_limit),
		test(one_bad_reply_fails_the_page_after_all_have_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
