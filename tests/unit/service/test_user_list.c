#include "support/account.h"
#include "worker/store/accounts/user_feed.h"

/* Users 1 to n, without the cost of hashing. */
static void
fill(struct loopback *l, int n)
{
	redis_process_ask(&l->server, "EVAL %s 0 %d",
	    "for i = 1, ARGV[1] do "
	    "redis.call('HSET', '{user:' .. i .. '}', 'login', 'l' .. i, "
	    "'first_name', 'f', 'last_name', 'l', 'created_at', 'c', "
	    "'update_at', 'u', 'password', 'p') "
	    "redis.call('ZADD', 'users', i, i) end return 1",
	    n);
}

static struct req *
list(struct loopback *l, int64_t limit, int64_t after)
{
	struct req *r = loopback_new(l);

	r->in.is_paged = limit > 0;
	r->in.limit = limit;
	r->in.after = after;
	assert_int_equal(loopback_run(r, service_user_list), ERR_OK);
	return r;
}

static void
nobody_is_an_empty_list(void **state)
{
	struct req *r = list(*state, 0, 0);

	assert_int_equal(r->row.users_len, 0);
	assert_false(r->row.has_more_users);
	loopback_free(r);
}

/* As transport does between two pieces. */
static void
go_on(struct req *r)
{
	req_step *more = r->out.more;

	req_renew(r);
	memset(&r->row, 0, sizeof(r->row));
	memset(&r->out, 0, sizeof(r->out));
	assert_int_equal(loopback_run(r, more), ERR_OK);
}

static void
all_users_come_in_pieces_in_order_of_id(void **state)
{
	struct loopback *l = *state;
	struct req *r;
	int64_t seen = 0, pieces = 1;

	fill(l, 2 * USER_BLOCK_MAX + 34);
	r = list(l, 0, 0);
	assert_span(r->row.users[9].login, "l10");
	assert_null(r->row.users[9].password_hash.data);
	for (;; pieces++) {
		assert_in_range(r->row.users_len, 1, USER_BLOCK_MAX);
		for (size_t i = 0; i < r->row.users_len; i++)
			assert_int_equal(r->row.users[i].id, ++seen);
		if (!r->out.more)
			break;
		go_on(r);
	}
	assert_int_equal(seen, 2 * USER_BLOCK_MAX + 34);
	assert_int_equal(pieces, 3);
	loopback_free(r);
}

static void
pages_follow_each_other_to_the_end(void **state)
{
	struct loopback *l = *state;
	struct req *r;

	fill(l, 5);
	r = list(l, 2, 0);
	assert_int_equal(r->row.users_len, 2);
	assert_true(r->row.has_more_users);
	loopback_free(r);
	r = list(l, 3, 2);
	assert_int_equal(r->row.users_len, 3);
	assert_int_equal(r->row.users[0].id, 3);
	assert_false(r->row.has_more_users);
	loopback_free(r);
	r = list(l, 1000, 5);
	assert_int_equal(r->row.users_len, 0);
	loopback_free(r);
}

static void
gone_users_are_skipped_and_dropped(void **state)
{
	struct loopback *l = *state;
	struct req *r;

	fill(l, 6);
	redis_process_ask(&l->server, "DEL {user:2} {user:3}");
	r = list(l, 2, 0);
	assert_int_equal(r->row.users_len, 2);
	assert_int_equal(r->row.users[1].id, 4);
	assert_true(r->row.has_more_users);
	loopback_free(r);
	/* The next list is asked on the same connection, after the drop. */
	loopback_free(list(l, 0, 0));
	assert_string_equal(
	    redis_process_ask(&l->server, "ZRANGE users 0 -1"), "1 4 5 6");
}

static void
users_being_made_are_skipped_and_kept(void **state)
{
	struct loopback *l = *state;
	struct req *r;

	fill(l, 3);
	redis_process_ask(&l->server, "HDEL {user:3} created_at update_at");
	r = list(l, 2, 0);
	assert_int_equal(r->row.users_len, 2);
	assert_false(r->row.has_more_users);
	loopback_free(r);
	loopback_free(list(l, 0, 0));
	assert_string_equal(
	    redis_process_ask(&l->server, "ZRANGE users 0 -1"), "1 2 3");
}

static void
full_queue_is_overload_and_never_half_a_list(void **state)
{
	enum { READERS = 5 }; /* their blocks do not fit into a queue of 1000 */
	struct loopback *l = *state;
	struct req *readers[READERS];
	int refused = 0;

	fill(l, 240);
	for (int i = 0; i < READERS; i++) {
		readers[i] = loopback_new(l);
		loopback_start(readers[i], service_user_list);
	}
	for (int i = 0; i < READERS; i++) {
		if (loopback_wait(readers[i]) == ERR_OVERLOAD)
			refused++;
		else
			assert_int_equal(readers[i]->row.users_len, 240);
		loopback_free(readers[i]);
	}
	assert_in_range(refused, 1, READERS - 1);
}

/* Fewer ids than were asked for: there is no need to ask for what follows. */
static void
last_page_asks_as_often_as_the_first(void **state)
{
	struct loopback *l = *state;

	fill(l, 7);
	redis_process_ask(&l->server, "CONFIG RESETSTAT");
	for (int64_t after = 0; after <= 5; after += 5)
		loopback_free(list(l, 3, after));
	assert_non_null(
	    strstr(redis_process_ask(&l->server, "INFO commandstats"),
		"cmdstat_zrange:calls=2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(nobody_is_an_empty_list),
		test(all_users_come_in_pieces_in_order_of_id),
		test(pages_follow_each_other_to_the_end),
		test(last_page_asks_as_often_as_the_first),
		test(gone_users_are_skipped_and_dropped),
		test(users_being_made_are_skipped_and_kept),
		test(full_queue_is_overload_and_never_half_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
