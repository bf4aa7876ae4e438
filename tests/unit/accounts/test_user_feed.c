#include "support/loopback.h"
#include "worker/store/accounts/user_feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

/* A feed and how it is taken. */
struct taking {
	struct user_feed *feed;
	size_t limit;
};

static enum req_state
take(struct req *r)
{
	struct taking *t = r->chain;

	return user_feed_take(r, t->feed, t->limit, req_done);
}

static const struct user_block *
taken(struct req *r, struct taking *t)
{
	r->chain = t;
	assert_int_equal(loopback_run(r, take), ERR_OK);
	return user_feed_taken(t->feed);
}

static void
fill(struct loopback *l)
{
	redis_process_ask(&l->server, "ZADD users 3 3 5 5 10 10 20 20");
	redis_process_ask(&l->server, "HSET {user:3} login c created_at t");
	redis_process_ask(&l->server, "HSET {user:5} login e");
	redis_process_ask(&l->server, "HSET {user:20} login t created_at t");
}

/* Users 1 to n. */
static void
fill_many(struct loopback *l, int n)
{
	redis_process_ask(&l->server, "EVAL %s 0 %d",
	    "for i = 1, ARGV[1] do "
	    "redis.call('HSET', '{user:' .. i .. '}', 'login', 'l' .. i, "
	    "'created_at', 'c') "
	    "redis.call('ZADD', 'users', i, i) end return 1",
	    n);
}

/* How often Redis has read a user. */
static int
reads(struct loopback *l)
{
	const char *stats = redis_process_ask(&l->server, "INFO commandstats");
	const char *of = strstr(stats, "cmdstat_hmget:calls=");

	return of ? atoi(of + strlen("cmdstat_hmget:calls=")) : 0;
}

static void
block_is_of_those_that_exist(void **state)
{
	struct loopback *l = *state;
	struct taking t = { user_feed_open(&l->worker, 0, false),
		USER_BLOCK_MAX };
	struct req *r = loopback_new(l);

	fill(l);
	const struct user_block *b = taken(r, &t);
	assert_true(b->is_last);
	assert_int_equal(b->users_len, 2);
	assert_int_equal(b->users[0].id, 3);
	assert_true(span_is_equal(b->users[0].login, span_text("c")));
	assert_null(b->users[0].first_name.data);
	assert_int_equal(b->users[1].id, 20);
	assert_true(span_is_equal(b->users[1].login, span_text("t")));
	user_feed_close(t.feed);
	loopback_free(r);
	loopback_settle(l);
	assert_string_equal(
	    redis_process_ask(&l->server, "ZRANGE users 0 -1"), "3 5 20");
}

static void
block_begins_after_and_ends_at_the_limit(void **state)
{
	struct loopback *l = *state;
	struct taking t = { user_feed_open(&l->worker, 3, false), 2 };
	struct req *r = loopback_new(l);

	fill(l);
	const struct user_block *b = taken(r, &t);
	assert_false(b->is_last);
	assert_int_equal(b->users_len, 0);
	t.limit = 1;
	b = taken(r, &t);
	assert_false(b->is_last);
	assert_int_equal(b->users[0].id, 20);
	b = taken(r, &t);
	assert_true(b->is_last);
	assert_int_equal(b->users_len, 0);
	user_feed_close(t.feed);
	loopback_free(r);
}

static void
one_bad_reply_fails_the_block_after_all_have_come(void **state)
{
	struct loopback *l = *state;
	struct taking t = { user_feed_open(&l->worker, 0, false),
		USER_BLOCK_MAX };
	struct req *r = loopback_new(l);

	fill(l);
	redis_process_ask(&l->server, "SET {user:10} nonsense");
	r->chain = &t;
	assert_int_equal(loopback_run(r, take), ERR_INTERNAL);
	user_feed_close(t.feed);
	loopback_free(r);
}

static void
feed_reads_a_few_blocks_ahead_and_no_further(void **state)
{
	enum { LIMIT = 10, BLOCKS = 9 };
	struct loopback *l = *state;
	struct taking t = { user_feed_open(&l->worker, 0, true), LIMIT };
	struct req *r = loopback_new(l);
	int64_t seen = 0;

	fill_many(l, LIMIT * BLOCKS);
	for (int i = 1; i <= BLOCKS; i++) {
		const struct user_block *b = taken(r, &t);

		assert_int_equal(b->users_len, LIMIT);
		for (size_t j = 0; j < b->users_len; j++)
			assert_int_equal(b->users[j].id, ++seen);
		user_feed_forget(t.feed);
		/* The first is for what is asked, the second for what that
		 * brings. */
		loopback_settle(l);
		loopback_settle(l);
		assert_int_equal(
		    reads(l), LIMIT * (i + 2 < BLOCKS ? i + 2 : BLOCKS));
	}
	assert_true(taken(r, &t)->is_last);
	user_feed_close(t.feed);
	loopback_free(r);
}

/* Its client has gone: what Redis answers then is for nobody. */
static void
feed_may_be_closed_while_it_reads_ahead(void **state)
{
	struct loopback *l = *state;
	struct taking t = { user_feed_open(&l->worker, 0, true), 50 };
	struct req *r = loopback_new(l);

	fill_many(l, 500);
	assert_int_equal(taken(r, &t)->users_len, 50);
	user_feed_close(t.feed);
	loopback_free(r);
	loopback_settle(l);
}

static void
lost_redis_fails_the_block_that_is_waited_for(void **state)
{
	struct loopback *l = *state;
	struct taking t = { user_feed_open(&l->worker, 0, true), 50 };
	struct req *r = loopback_new(l);

	fill_many(l, 500);
	assert_int_equal(taken(r, &t)->users_len, 50);
	redis_process_kill(&l->server);
	r->chain = &t;
	/* What had come before is good. */
	while (loopback_run(r, take) == ERR_OK)
		;
	assert_int_equal(r->out.err, ERR_STORE_DOWN);
	user_feed_close(t.feed);
	loopback_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(block_is_of_those_that_exist),
		test(block_begins_after_and_ends_at_the_limit),
		test(one_bad_reply_fails_the_block_after_all_have_come),
		test(feed_reads_a_few_blocks_ahead_and_no_further),
		test(feed_may_be_closed_while_it_reads_ahead),
		test(lost_redis_fails_the_block_that_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
