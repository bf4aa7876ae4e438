#include "worker/store/copies/copies.h"

#include "support/loopback.h"
#include "worker/store/accounts/session.h"
#include "worker/store/segments/current.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN       "7.0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"
#define OTHER_TOKEN "7.0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdf"

static const char digest[] = "aaaabbbbccccddddeeeeffffgggghhhhiiiijjjjkkk";

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static void
turn(struct loopback *l)
{
	uv_run(&l->loop, UV_RUN_ONCE);
}

static void
wait_alive(struct loopback *l)
{
	uint64_t stamp;

	while (!copies_note_reports(l->worker.copies, &stamp))
		turn(l);
}

static enum req_state
read_session(struct req *r)
{
	r->session.user_id = 7;
	strcpy(r->session.digest, digest);
	r->session.is_tagged =
	    copies_tag(r->worker->copies, r->authorization, r->session.tag);
	return store_session_read(r, r->chain, req_done);
}

/* Whether it is there. */
static bool
read_from_redis(struct loopback *l)
{
	struct req *r = loopback_new(l);
	int64_t left_ms = 0;

	r->authorization = span_text(TOKEN);
	r->chain = &left_ms;
	assert_int_equal(loopback_run(r, read_session), ERR_OK);
	loopback_free(r);
	return left_ms > 0;
}

static bool
is_remembered(struct loopback *l)
{
	uint8_t tag[TOKEN_TAG_SIZE];

	return copies_tag(l->worker.copies, span_text(TOKEN), tag) &&
	       copies_find_session(l->worker.copies, tag) != NULL;
}

static void
open_session(struct loopback *l)
{
	redis_process_ask(&l->server, "HSET {user:7}:session:%s id 1", digest);
	redis_process_ask(
	    &l->server, "EXPIRE {user:7}:session:%s 1000", digest);
}

/* Again, when news of an earlier change overtake the answer. */
static void
keep_session(struct loopback *l)
{
	open_session(l);
	wait_alive(l);
	do
		assert_true(read_from_redis(l));
	while (!is_remembered(l));
}

static bool
recall(struct req *r, const char *token, int64_t minute)
{
	r->session.is_tagged =
	    copies_tag(r->worker->copies, span_text(token), r->session.tag);
	return store_session_recall(r, minute);
}

static void
session_that_was_read_is_remembered(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);

	keep_session(l);
	assert_true(recall(r, TOKEN, 1));
	assert_false(r->session.is_noted);
	assert_int_equal(r->session.user_id, 7);
	assert_true(recall(r, TOKEN, 1));
	assert_true(r->session.is_noted);
	assert_true(recall(r, TOKEN, 2));
	assert_false(r->session.is_noted);
	assert_false(recall(r, OTHER_TOKEN, 2));
	loopback_free(r);
}

static void
session_is_at_hand_in_the_minute_of_its_last_use(void **state)
{
	enum { MINUTE = 10 };
	struct loopback *l = *state;
	struct req *r = loopback_new(l);
	uint8_t tag[TOKEN_TAG_SIZE];

	keep_session(l);
	assert_true(copies_tag(l->worker.copies, span_text(TOKEN), tag));
	assert_false(store_session_is_at_hand(&l->worker, tag, MINUTE));
	assert_true(recall(r, TOKEN, MINUTE));
	assert_true(store_session_is_at_hand(&l->worker, tag, MINUTE));
	assert_false(store_session_is_at_hand(&l->worker, tag, MINUTE + 1));
	copies_revoke_user(&l->worker, 7);
	assert_false(store_session_is_at_hand(&l->worker, tag, MINUTE));
	loopback_free(r);
}

static void
session_that_is_not_there_is_not_remembered(void **state)
{
	struct loopback *l = *state;

	wait_alive(l);
	assert_false(read_from_redis(l));
	assert_false(is_remembered(l));
}

static void
revoked_user_is_forgotten_at_once(void **state)
{
	struct loopback *l = *state;

	keep_session(l);
	copies_revoke_user(&l->worker, 8);
	assert_true(is_remembered(l));
	copies_revoke_user(&l->worker, 7);
	assert_false(is_remembered(l));
}

static void
change_by_another_host_is_heard(void **state)
{
	struct loopback *l = *state;

	keep_session(l);
	redis_process_ask(&l->server, "DEL {user:7}:session:%s", digest);
	while (is_remembered(l))
		turn(l);
}

static void
key_that_expires_and_flush_are_heard(void **state)
{
	struct loopback *l = *state;

	keep_session(l);
	redis_process_ask(&l->server, "PEXPIRE {user:7}:session:%s 20", digest);
	while (is_remembered(l))
		turn(l);
	keep_session(l);
	redis_process_ask(&l->server, "FLUSHALL");
	while (is_remembered(l))
		turn(l);
}

/* The answer was on its way when the session was ended. */
static void
answer_overtaken_by_a_change_is_not_kept(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);
	int64_t left_ms = 0;

	open_session(l);
	wait_alive(l);
	r->authorization = span_text(TOKEN);
	r->chain = &left_ms;
	loopback_start(r, read_session);
	copies_revoke_user(&l->worker, 7);
	assert_int_equal(loopback_wait(r), ERR_OK);
	assert_true(left_ms > 0);
	assert_false(is_remembered(l));
	loopback_free(r);
}

static void
nothing_is_used_once_the_link_is_gone(void **state)
{
	struct loopback *l = *state;

	keep_session(l);
	redis_process_kill(&l->server);
	while (is_remembered(l))
		turn(l);
	redis_process_start(&l->server);
	wait_alive(l);
	assert_false(is_remembered(l));
	keep_session(l);
}

/* Redis hangs: the connections stand, and nothing is heard. */
static void
nothing_is_used_without_a_heartbeat(void **state)
{
	struct loopback *l = *state;
	uint64_t stamp;

	keep_session(l);
	kill(l->server.pid, SIGSTOP);
	while (is_remembered(l))
		turn(l);
	assert_false(copies_note_user(l->worker.copies, 7, &stamp));
	kill(l->server.pid, SIGCONT);
	keep_session(l);
}

static void
either_connection_lost_forgets_everything(void **state)
{
	struct loopback *l = *state;

	keep_session(l);
	redis_process_ask(&l->server, "CLIENT KILL TYPE pubsub");
	while (is_remembered(l))
		turn(l);
	keep_session(l);
	redis_process_ask(&l->server, "CLIENT KILL TYPE normal");
	while (is_remembered(l))
		turn(l);
	keep_session(l);
}

static enum req_state
read_generation(struct req *r)
{
	return store_generation(r, &r->row.parse.generation, req_done);
}

static void
assert_generation(struct loopback *l, const char *name)
{
	struct req *r = loopback_new(l);

	assert_int_equal(loopback_run(r, read_generation), ERR_OK);
	assert_true(span_is_equal(r->row.parse.generation, span_text(name)));
	loopback_free(r);
}

static bool
is_generation_remembered(struct loopback *l)
{
	return copies_find_generation(l->worker.copies).len > 0;
}

static void
generation_is_remembered_until_it_changes(void **state)
{
	struct loopback *l = *state;

	wait_alive(l);
	assert_generation(l, "");
	redis_process_ask(&l->server, "HSET {logs}:manifest generation 1");
	do
		assert_generation(l, "1");
	while (!is_generation_remembered(l));
	redis_process_ask(&l->server, "HSET {logs}:manifest generation 2");
	while (is_generation_remembered(l))
		turn(l);
	do
		assert_generation(l, "2");
	while (!is_generation_remembered(l));
	copies_revoke_reports(&l->worker);
	assert_false(is_generation_remembered(l));
}

static int
open_without_copies(void **state)
{
	struct loopback *l;

	loopback_open(state);
	l = *state;
	copies_close(l->worker.copies);
	l->config.local_copies = 0;
	l->worker.copies = copies_open(&l->worker);
	assert_non_null(l->worker.copies);
	return 0;
}

static void
setting_of_no_bytes_remembers_nothing(void **state)
{
	struct loopback *l = *state;
	uint64_t stamp;

	open_session(l);
	loopback_wait_up(l);
	assert_false(copies_note_user(l->worker.copies, 7, &stamp));
	assert_true(read_from_redis(l));
	assert_false(is_remembered(l));
	assert_generation(l, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(session_that_was_read_is_remembered),
		test(session_is_at_hand_in_the_minute_of_its_last_use),
		test(session_that_is_not_there_is_not_remembered),
		test(revoked_user_is_forgotten_at_once),
		test(change_by_another_host_is_heard),
		test(key_that_expires_and_flush_are_heard),
		test(answer_overtaken_by_a_change_is_not_kept),
		test(nothing_is_used_once_the_link_is_gone),
		test(nothing_is_used_without_a_heartbeat),
		test(either_connection_lost_forgets_everything),
		test(generation_is_remembered_until_it_changes),
		cmocka_unit_test_setup_teardown(
		    setting_of_no_bytes_remembers_nothing, open_without_copies,
		    loopback_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
