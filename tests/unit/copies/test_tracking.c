#include "worker/store/copies/tracking.h"

#include "support/loopback.h"
#include "worker/store/copies/copies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Who is told, and the tracking of the loopback's own connection. */
struct told {
	struct loopback *l;
	struct tracking *tracking;
	int changed, lost, answers;
	char key[64];
};

static void
on_changed(struct span key, void *arg)
{
	struct told *t = arg;

	assert_true(key.len < sizeof(t->key));
	memcpy(t->key, key.data, key.len);
	t->key[key.len] = '\0';
	t->changed++;
}

static void
on_lost(void *arg)
{
	((struct told *)arg)->lost++;
}

static int
told_open(void **state)
{
	struct told *t = calloc(1, sizeof(*t));
	struct tracking_hooks hooks = {
		.changed = on_changed, .lost = on_lost, .arg = t
	};
	struct loopback *l;

	assert_non_null(t);
	loopback_open((void **)&t->l);
	l = t->l;
	copies_close(l->worker.copies);
	l->config.local_copies = 0;
	l->worker.copies = copies_open(&l->worker);
	t->tracking = tracking_open(
	    &l->loop, &l->server.address, l->worker.redis, &hooks);
	assert_non_null(t->tracking);
	*state = t;
	return 0;
}

static int
told_close(void **state)
{
	struct told *t = *state;

	tracking_close(t->tracking);
	loopback_close((void **)&t->l);
	free(t);
	return 0;
}

static void
turn(struct told *t)
{
	uv_run(&t->l->loop, UV_RUN_ONCE);
}

static void
wait_alive(struct told *t)
{
	while (!tracking_is_alive(t->tracking))
		turn(t);
}

static void
on_answer(enum err err, const struct redisReply *reply, void *arg)
{
	struct told *t = arg;

	(void)reply;
	assert_int_equal(err, ERR_OK);
	t->answers++;
}

static void
ask(struct told *t, const char *command)
{
	int answers = t->answers;

	assert_int_equal(
	    redis_sendf(t->l->worker.redis, on_answer, t, 5000, command),
	    ERR_OK);
	while (t->answers == answers)
		turn(t);
}

static void
change_of_a_key_that_was_read_is_told_once(void **state)
{
	struct told *t = *state;

	wait_alive(t);
	ask(t, "CLIENT CACHING YES");
	ask(t, "GET read");
	ask(t, "GET other");
	redis_process_ask(&t->l->server, "SET other 1");
	redis_process_ask(&t->l->server, "SET read 1");
	while (t->changed == 0)
		turn(t);
	assert_string_equal(t->key, "read");
	redis_process_ask(&t->l->server, "SET read 2");
	ask(t, "PING");
	assert_int_equal(t->changed, 1);
}

static void
everything_dropped_is_told(void **state)
{
	struct told *t = *state;
	int lost;

	wait_alive(t);
	lost = t->lost;
	redis_process_ask(&t->l->server, "FLUSHALL");
	while (t->lost == lost)
		turn(t);
	assert_true(tracking_is_alive(t->tracking));
}

static void
connection_that_drops_is_told_and_made_anew(void **state)
{
	static const char *const kill[] = { "CLIENT KILL TYPE pubsub",
		"CLIENT KILL TYPE normal" };
	struct told *t = *state;

	for (int i = 0; i < 2; i++) {
		wait_alive(t);
		int lost = t->lost;

		redis_process_ask(&t->l->server, kill[i]);
		while (t->lost == lost)
			turn(t);
		assert_false(tracking_is_alive(t->tracking));
	}
	change_of_a_key_that_was_read_is_told_once(state);
}

/* A Redis that says OK to all but what is to wait: CLIENT TRACKING. */
struct slow {
	int listener, fd;
	struct redis_address address;
	char bytes[4096]; /* that came */
	size_t len;
	int answered; /* commands */
};

static void
slow_open(struct slow *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	*s = (struct slow){ .fd = -1 };
	snprintf(a.sun_path, sizeof(a.sun_path), "/tmp/trawl-slow-%d",
	    (int)getpid());
	strcpy(s->address.path, a.sun_path);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(s->listener, (void *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s->listener, 1), 0);
}

static void
slow_close(struct slow *s)
{
	close(s->fd);
	close(s->listener);
	unlink(s->address.path);
}

static int
times(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part))) {
		text++;
		n++;
	}
	return n;
}

/* Returns how often it was to track. */
static int
slow_look(struct slow *s)
{
	int commands, tracked;

	if (s->fd < 0)
		s->fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK);
	ssize_t n =
	    recv(s->fd, s->bytes + s->len, sizeof(s->bytes) - 1 - s->len, 0);
	s->len += n > 0 ? (size_t)n : 0;
	commands = times(s->bytes, "*");
	tracked = times(s->bytes, "TRACKING");
	for (; s->answered < commands - tracked; s->answered++)
		assert_int_equal(send(s->fd, "+OK\r\n", 5, 0), 5);
	return tracked;
}

static void
wait_tracked(struct told *t, struct slow *s, int wanted)
{
	while (slow_look(s) < wanted)
		turn(t);
}

/* The answer to the first question, which is of the first one, comes when there is
 * another second connection. */
static void
answer_that_is_late_turns_nothing_on(void **state)
{
	struct told *t = *state;
	struct tracking_hooks hooks = {
		.changed = on_changed, .lost = on_lost, .arg = t
	};
	struct slow s;
	struct redis *watched;

	slow_open(&s);
	tracking_close(t->tracking);
	watched = redis_open(&t->l->loop, &s.address, NULL, "slow", 16);
	t->tracking =
	    tracking_open(&t->l->loop, &t->l->server.address, watched, &hooks);
	wait_tracked(t, &s, 1);
	int lost = t->lost;
	redis_process_ask(&t->l->server, "CLIENT KILL TYPE pubsub");
	while (t->lost == lost)
		turn(t);
	do {
		turn(t);
	} while (strcmp(redis_process_ask(&t->l->server,
			    "PUBSUB NUMSUB __redis__:invalidate"),
		     "__redis__:invalidate 1") != 0);
	turn(t);
	assert_int_equal(slow_look(&s), 1);
	assert_int_equal(send(s.fd, "+OK\r\n", 5, 0), 5);
	wait_tracked(t, &s, 2);
	assert_false(tracking_is_alive(t->tracking));
	assert_int_equal(send(s.fd, "+OK\r\n", 5, 0), 5);
	wait_alive(t);
	tracking_close(t->tracking);
	redis_close(watched);
	t->tracking = NULL;
	slow_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    change_of_a_key_that_was_read_is_told_once, told_open,
		    told_close),
		cmocka_unit_test_setup_teardown(
		    everything_dropped_is_told, told_open, told_close),
		cmocka_unit_test_setup_teardown(
		    connection_that_drops_is_told_and_made_anew, told_open,
		    told_close),
		cmocka_unit_test_setup_teardown(
		    answer_that_is_late_turns_nothing_on, told_open,
		    told_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
