#include "support/redis_process.h"
#include "worker/store/redis/redis.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test has a real redis-server and a loop; a loop that takes longer than
 * this to bring what a test waits for fails it. */
enum { PATIENCE_MS = 10000, DEADLINE_MS = 300, LONG_MS = 8000, LIMIT = 100 };

struct room {
	struct redis_process server;
	uv_loop_t loop;
	uv_timer_t patience;
	struct redis *redis;
	int ups, downs, messages;
};

/* What a command was answered. */
struct answer {
	struct room *room;
	int calls;
	enum err err, reply_err;
	char text[128];
	struct answer *then; /* sent from inside the callback */
	bool closes;         /* closes the client from inside the callback */
	bool kills;          /* kills Redis from inside the callback */
};

static void
on_up(void *arg)
{
	((struct room *)arg)->ups++;
}

static void
on_down(void *arg)
{
	((struct room *)arg)->downs++;
}

static void
on_push(const redisReply *reply, void *arg)
{
	assert_string_equal(reply->element[2]->str, "news");
	((struct room *)arg)->messages++;
}

static void
on_patience(uv_timer_t *t)
{
	(void)t;
	fail_msg("what was waited for did not come");
}

static void send_ping(struct answer *a);

static void
on_answer(enum err err, const redisReply *reply, void *arg)
{
	struct answer *a = arg;

	a->calls++;
	a->err = err;
	if (reply && reply->type == REDIS_REPLY_INTEGER)
		snprintf(a->text, sizeof(a->text), "%lld", reply->integer);
	else if (reply && reply->str)
		snprintf(a->text, sizeof(a->text), "%s", reply->str);
	if (reply)
		a->reply_err = reply_err(reply);
	if (a->then)
		send_ping(a->then);
	if (a->closes)
		redis_close(a->room->redis);
	if (a->kills)
		redis_process_kill(&a->room->server);
}

static void
send_ping(struct answer *a)
{
	assert_int_equal(
	    redis_sendf(a->room->redis, on_answer, a, LONG_MS, "PING"), ERR_OK);
}

static struct redis *
open_redis(struct room *room)
{
	const struct redis_hooks hooks = { on_up, on_down, on_push, room };

	return redis_open(
	    &room->loop, &room->server.address, &hooks, "test", LIMIT);
}

static int
set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	signal(SIGPIPE, SIG_IGN); /* as worker_run() */
	redis_process_init(&room->server);
	uv_loop_init(&room->loop);
	uv_timer_init(&room->loop, &room->patience);
	uv_timer_start(&room->patience, on_patience, PATIENCE_MS, 0);
	room->redis = open_redis(room);
	assert_non_null(room->redis);
	*state = room;
	return 0;
}

/* The best leak detector for handles: the loop closes. */
static int
tear_down(void **state)
{
	struct room *room = *state;

	redis_close(room->redis);
	uv_close((uv_handle_t *)&room->patience, NULL);
	uv_run(&room->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&room->loop), 0);
	redis_process_cleanup(&room->server);
	free(room);
	return 0;
}

static void
run_until(struct room *room, const int *count, int wanted)
{
	while (*count < wanted)
		uv_run(&room->loop, UV_RUN_ONCE);
	assert_int_equal(*count, wanted);
}

static void
answers_commands_in_order(void **state)
{
	struct room *room = *state;
	struct answer answers[20] = { 0 };

	for (int i = 0; i < 20; i++) {
		answers[i].room = room;
		assert_int_equal(redis_sendf(room->redis, on_answer,
				     &answers[i], LONG_MS, "INCR %s", "n"),
		    ERR_OK);
		assert_int_equal(answers[i].calls, 0);
	}
	run_until(room, &answers[19].calls, 1);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(answers[i].calls, 1);
		assert_int_equal(atoi(answers[i].text), i + 1);
	}
}

static void
carries_any_bytes_both_ways(void **state)
{
	struct room *room = *state;
	struct answer set = { .room = room }, get = { .room = room };
	size_t len = 3 << 20; /* more than the kernel takes at once */
	char *bytes = malloc(len);
	const char *argv[] = { "SET", "blob", bytes };
	const size_t lens[] = { 3, 4, len };

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 31 >> 3);
	assert_int_equal(
	    redis_send(room->redis, on_answer, &set, LONG_MS, 3, argv, lens),
	    ERR_OK);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &get, LONG_MS, "STRLEN blob"),
	    ERR_OK);
	run_until(room, &get.calls, 1);
	assert_string_equal(set.text, "OK");
	assert_int_equal(atoi(get.text), len);
	free(bytes);
}

static void
error_reply_is_the_callers_to_judge(void **state)
{
	struct room *room = *state;
	struct answer a = { .room = room };

	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &a, LONG_MS, "NONSENSE"),
	    ERR_OK);
	run_until(room, &a.calls, 1);
	assert_int_equal(a.err, ERR_OK);
	assert_int_equal(a.reply_err, ERR_INTERNAL);
}

static void
says_its_name_and_chooses_its_database(void **state)
{
	struct room *room = *state;
	struct answer a = { .room = room };
	struct redis_address address = room->server.address;
	struct redis *other;

	redis_process_ask(&room->server, "CONFIG SET requirepass sesame");
	address.db = 3;
	strcpy(address.password, "sesame");
	other = redis_open(&room->loop, &address, NULL, "other", LIMIT);
	assert_int_equal(
	    redis_sendf(other, on_answer, &a, LONG_MS, "CLIENT INFO"), ERR_OK);
	run_until(room, &a.calls, 1);
	assert_non_null(strstr(a.text, "name=other"));
	a.calls = 0;
	assert_int_equal(
	    redis_sendf(other, on_answer, &a, LONG_MS, "SET here 1"), ERR_OK);
	run_until(room, &a.calls, 1);
	redis_close(other);
	other = redis_open(&room->loop, &address, NULL, "other", LIMIT);
	a.calls = 0;
	assert_int_equal(
	    redis_sendf(other, on_answer, &a, LONG_MS, "GET here"), ERR_OK);
	run_until(room, &a.calls, 1);
	assert_string_equal(a.text, "1");
	redis_close(other);
}

static void
does_not_come_up_with_a_wrong_password(void **state)
{
	struct room *room = *state;
	struct answer a = { .room = room };
	struct redis_address address = room->server.address;
	struct redis *other;

	strcpy(address.user, "default");
	strcpy(address.password, "wrong");
	redis_process_ask(&room->server, "CONFIG SET requirepass sesame");
	other = redis_open(&room->loop, &address, NULL, "other", LIMIT);
	assert_int_equal(
	    redis_sendf(other, on_answer, &a, DEADLINE_MS, "PING"), ERR_OK);
	run_until(room, &a.calls, 1);
	assert_int_equal(a.err, ERR_STORE_DOWN);
	assert_false(redis_is_up(other));
	redis_close(other);
}

static void
refused_connection_answers_at_the_deadline(void **state)
{
	struct room *room = *state;
	struct answer a = { .room = room };

	run_until(room, &room->ups, 1);
	redis_process_kill(&room->server);
	run_until(room, &room->downs, 1);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &a, DEADLINE_MS, "PING"),
	    ERR_OK);
	run_until(room, &a.calls, 1);
	assert_int_equal(a.err, ERR_STORE_DOWN);
}

static void
kill_answers_what_is_under_way(void **state)
{
	struct room *room = *state;
	struct answer blocked = { .room = room }, behind = { .room = room };

	run_until(room, &room->ups, 1);
	assert_int_equal(redis_sendf(room->redis, on_answer, &blocked, LONG_MS,
			     "BLPOP nothing 0"),
	    ERR_OK);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &behind, LONG_MS, "INCR n"),
	    ERR_OK);
	uv_run(&room->loop, UV_RUN_NOWAIT);
	uv_run(&room->loop, UV_RUN_NOWAIT);
	redis_process_kill(&room->server);
	run_until(room, &behind.calls, 1);
	assert_int_equal(blocked.calls, 1);
	assert_int_equal(blocked.err, ERR_STORE_DOWN);
	assert_int_equal(behind.err, ERR_STORE_DOWN);
	assert_int_equal(room->downs, 1);
}

static void
comes_back_and_sends_what_waited(void **state)
{
	struct room *room = *state;
	struct answer waited = { .room = room };

	run_until(room, &room->ups, 1);
	redis_process_kill(&room->server);
	run_until(room, &room->downs, 1);
	send_ping(&waited);
	redis_process_start(&room->server);
	run_until(room, &waited.calls, 1);
	assert_int_equal(waited.err, ERR_OK);
	assert_string_equal(waited.text, "PONG");
	assert_int_equal(room->ups, 2);
}

static void
silence_answers_at_the_deadline_and_recovers(void **state)
{
	struct room *room = *state;
	struct answer silent = { .room = room }, after = { .room = room };

	run_until(room, &room->ups, 1);
	kill(room->server.pid, SIGSTOP);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &silent, DEADLINE_MS, "PING"),
	    ERR_OK);
	run_until(room, &silent.calls, 1);
	assert_int_equal(silent.err, ERR_STORE_DOWN);
	kill(room->server.pid, SIGCONT);
	send_ping(&after);
	run_until(room, &after.calls, 1);
	assert_int_equal(after.err, ERR_OK);
	assert_int_equal(silent.calls, 1);
}

static void
earlier_deadline_behind_a_later_one_is_kept(void **state)
{
	struct room *room = *state;
	struct answer patient = { .room = room }, hurried = { .room = room };

	run_until(room, &room->ups, 1);
	kill(room->server.pid, SIGSTOP);
	send_ping(&patient);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &hurried, DEADLINE_MS, "PING"),
	    ERR_OK);
	run_until(room, &hurried.calls, 1);
	assert_int_equal(hurried.err, ERR_STORE_DOWN);
	kill(room->server.pid, SIGCONT);
}

static void
slow_loop_is_not_taken_for_a_silent_redis(void **state)
{
	struct room *room = *state;
	struct answer a = { .room = room };

	run_until(room, &room->ups, 1);
	kill(room->server.pid, SIGSTOP);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &a, 50, "PING"), ERR_OK);
	uv_run(&room->loop, UV_RUN_NOWAIT); /* it is on its way */
	kill(room->server.pid, SIGCONT);
	usleep(200 * 1000);
	run_until(room, &a.calls, 1);
	assert_int_equal(a.err, ERR_OK);
	assert_int_equal(room->downs, 0);
}

/* What held the loop up may have held up Redis too, and what was not written then
 * has not been asked yet. */
static void
slow_loop_gives_redis_time_to_answer(void **state)
{
	struct room *room = *state;
	struct answer a = { .room = room };

	run_until(room, &room->ups, 1);
	kill(room->server.pid, SIGSTOP);
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &a, 50, "PING"), ERR_OK);
	usleep(700 * 1000);
	for (int i = 0; i < 3; i++) {
		uv_run(&room->loop, UV_RUN_NOWAIT);
		usleep(2000);
	}
	kill(room->server.pid, SIGCONT);
	run_until(room, &a.calls, 1);
	assert_int_equal(a.err, ERR_OK);
	assert_int_equal(room->downs, 0);
}

static void
full_queue_refuses(void **state)
{
	struct room *room = *state;
	struct answer answers[LIMIT] = { 0 }, beyond = { .room = room };

	for (int i = 0; i < LIMIT; i++) {
		answers[i].room = room;
		send_ping(&answers[i]);
	}
	assert_int_equal(
	    redis_sendf(room->redis, on_answer, &beyond, LONG_MS, "PING"),
	    ERR_OVERLOAD);
	run_until(room, &answers[LIMIT - 1].calls, 1);
	assert_int_equal(beyond.calls, 0);
	send_ping(&beyond);
	run_until(room, &beyond.calls, 1);
}

static void
close_answers_what_waits_and_what_is_under_way(void **state)
{
	struct room *room = *state;
	struct answer sent = { .room = room };
	struct answer waiting = { .room = room };
	struct redis *other;

	run_until(room, &room->ups, 1);
	send_ping(&sent);
	other = open_redis(room);
	assert_int_equal(
	    redis_sendf(other, on_answer, &waiting, LONG_MS, "PING"), ERR_OK);
	redis_close(other);
	redis_close(room->redis);
	assert_int_equal(sent.calls, 1);
	assert_int_equal(sent.err, ERR_DRAINING);
	assert_int_equal(waiting.err, ERR_DRAINING);
	room->redis = NULL;
}

static void
callback_may_send_and_close(void **state)
{
	struct room *room = *state;
	struct answer last = { .room = room, .closes = true };
	struct answer behind = { .room = room };
	struct answer first = { .room = room, .then = &last };

	send_ping(&first);
	run_until(room, &first.calls, 1);
	send_ping(&behind);
	run_until(room, &last.calls, 1);
	assert_int_equal(behind.calls, 1);
	room->redis = NULL;
}

static void
callback_of_a_lost_command_may_send_again(void **state)
{
	struct room *room = *state;
	struct answer again = { .room = room };
	struct answer lost = { .room = room, .then = &again };

	run_until(room, &room->ups, 1);
	assert_int_equal(redis_sendf(room->redis, on_answer, &lost, LONG_MS,
			     "BLPOP nothing 0"),
	    ERR_OK);
	uv_run(&room->loop, UV_RUN_NOWAIT);
	redis_process_kill(&room->server);
	run_until(room, &lost.calls, 1);
	assert_int_equal(lost.err, ERR_STORE_DOWN);
	redis_process_start(&room->server);
	run_until(room, &again.calls, 1);
	assert_int_equal(again.err, ERR_OK);
}

static void
send_release(struct answer *a, const char *id)
{
	const char *argv[] = { "login:ann", id };
	const size_t lens[] = { 9, strlen(id) };

	assert_int_equal(redis_script(a->room->redis, on_answer, a, LONG_MS,
			     SCRIPT_LOGIN_RELEASE, 1, 2, argv, lens),
	    ERR_OK);
}

static void
run_release(struct room *room, const char *id, const char *wanted)
{
	struct answer a = { .room = room };

	send_release(&a, id);
	run_until(room, &a.calls, 1);
	assert_string_equal(a.text, wanted);
}

static void
script_runs_also_where_redis_does_not_know_it(void **state)
{
	struct room *room = *state;

	redis_process_ask(&room->server, "SET login:ann 7");
	run_release(room, "8", "0");
	redis_process_ask(&room->server, "SCRIPT FLUSH");
	run_release(room, "7", "1");
	run_release(room, "7", "0");
	assert_non_null(
	    strstr(redis_process_ask(&room->server, "INFO commandstats"),
		"cmdstat_eval:calls=2,"));
}

static void
text_of_a_script_goes_along_with_one_of_many(void **state)
{
	enum { MANY = 50 };
	struct room *room = *state;
	struct answer a[MANY];

	redis_process_ask(&room->server, "SET login:ann 7");
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < MANY; i++) {
			a[i] = (struct answer){ .room = room };
			send_release(&a[i], i == MANY / 2 ? "7" : "8");
		}
		for (int i = 0; i < MANY; i++) {
			run_until(room, &a[i].calls, 1);
			assert_string_equal(
			    a[i].text, turn == 0 && i == MANY / 2 ? "1" : "0");
		}
		redis_process_ask(&room->server, "SCRIPT FLUSH");
	}
	assert_non_null(
	    strstr(redis_process_ask(&room->server, "INFO commandstats"),
		"cmdstat_eval:calls=2,"));
}

static void
text_of_a_script_goes_along_again_where_it_was_lost(void **state)
{
	struct room *room = *state;
	struct answer first = { .room = room };
	/* Answered with the NOSCRIPT before it, when the text is under way. */
	struct answer ping = { .room = room, .kills = true };

	send_release(&first, "7");
	send_ping(&ping);
	run_until(room, &first.calls, 1);
	assert_int_equal(first.err, ERR_STORE_DOWN);
	redis_process_start(&room->server);
	run_release(room, "7", "0");
}

static void
subscription_brings_messages_beside_commands(void **state)
{
	struct room *room = *state;
	struct answer subscribed = { .room = room }, pinged = { .room = room };

	assert_int_equal(redis_subscribe(room->redis, on_answer, &subscribed,
			     LONG_MS, "channel"),
	    ERR_OK);
	run_until(room, &subscribed.calls, 1);
	redis_process_ask(&room->server, "PUBLISH channel news");
	send_ping(&pinged);
	redis_process_ask(&room->server, "PUBLISH channel news");
	run_until(room, &room->messages, 2);
	run_until(room, &pinged.calls, 1);
	assert_int_equal(subscribed.calls, 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(answers_commands_in_order),
		test(carries_any_bytes_both_ways),
		test(error_reply_is_the_callers_to_judge),
		test(says_its_name_and_chooses_its_database),
		test(does_not_come_up_with_a_wrong_password),
		test(refused_connection_answers_at_the_deadline),
		test(kill_answers_what_is_under_way),
		test(comes_back_and_sends_what_waited),
		test(silence_answers_at_the_deadline_and_recovers),
		test(earlier_deadline_behind_a_later_one_is_kept),
		test(slow_loop_is_not_taken_for_a_silent_redis),
		test(slow_loop_gives_redis_time_to_answer),
		test(full_queue_refuses),
		test(close_answers_what_waits_and_what_is_under_way),
		test(callback_may_send_and_close),
		test(callback_of_a_lost_command_may_send_again),
		test(script_runs_also_where_redis_does_not_know_it),
		test(text_of_a_script_goes_along_with_one_of_many),
		test(text_of_a_script_goes_along_again_where_it_was_lost),
		test(subscription_brings_messages_beside_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
