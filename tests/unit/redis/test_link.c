#include "support/redis_process.h"
#include "worker/store/redis/link.h"

#include <hiredis/hiredis.h>

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A link to a listener of the test's own, which says what Redis never would. */
struct room {
	uv_loop_t loop;
	uv_timer_t patience;
	struct redis_address address;
	int listener, peer;
	struct link *link;
	int opens, replies, losses;
	char why[128];
	bool closes_on_reply;
};

static void
on_open(void *arg)
{
	((struct room *)arg)->opens++;
}

static void
on_reply(const redisReply *reply, void *arg)
{
	struct room *room = arg;

	assert_int_equal(reply->type, REDIS_REPLY_STATUS);
	room->replies++;
	if (room->closes_on_reply)
		link_close(room->link);
}

static void
on_lost(const char *why, void *arg)
{
	struct room *room = arg;

	room->losses++;
	room->link = NULL;
	snprintf(room->why, sizeof(room->why), "%s", why);
}

static void
on_patience(uv_timer_t *t)
{
	(void)t;
	fail_msg("what was waited for did not come");
}

static int
set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);

	assert_non_null(room);
	signal(SIGPIPE, SIG_IGN);
	room->peer = -1;
	room->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
	    bind(room->listener, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(room->listener, 1), 0);
	getsockname(room->listener, (struct sockaddr *)&in, &len);
	strcpy(room->address.host, "127.0.0.1");
	room->address.port = ntohs(in.sin_port);
	uv_loop_init(&room->loop);
	uv_timer_init(&room->loop, &room->patience);
	uv_timer_start(&room->patience, on_patience, 10000, 0);
	*state = room;
	return 0;
}

static int
tear_down(void **state)
{
	struct room *room = *state;

	link_close(room->link);
	uv_close((uv_handle_t *)&room->patience, NULL);
	uv_run(&room->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&room->loop), 0);
	close(room->listener);
	if (room->peer >= 0)
		close(room->peer);
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
start(struct room *room)
{
	const struct link_hooks hooks = { on_open, on_reply, on_lost, room };

	room->link = link_open(&room->loop, &room->address, 0, &hooks);
	assert_non_null(room->link);
}

static void
connect_peer(struct room *room)
{
	start(room);
	run_until(room, &room->opens, 1);
	room->peer = accept(room->listener, NULL, NULL);
	assert_true(room->peer >= 0);
}

static void
say(struct room *room, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);

	assert_int_equal(write(room->peer, text, (size_t)len), len);
}

static void
refused_connection_is_lost(void **state)
{
	struct room *room = *state;

	shutdown(room->listener, SHUT_RDWR);
	start(room);
	run_until(room, &room->losses, 1);
	assert_int_equal(room->opens, 0);
	assert_non_null(strstr(room->why, "refused"));
}

static void
unknown_name_is_lost(void **state)
{
	struct room *room = *state;

	strcpy(room->address.host, "256.256.256.256");
	start(room);
	run_until(room, &room->losses, 1);
}

static void
missing_socket_is_lost(void **state)
{
	struct room *room = *state;

	strcpy(room->address.path, "/nonexistent/redis.sock");
	start(room);
	run_until(room, &room->losses, 1);
}

static void
closing_while_resolving_is_quiet(void **state)
{
	struct room *room = *state;

	strcpy(room->address.host, "localhost");
	start(room);
	link_close(room->link);
	room->link = NULL;
	uv_timer_stop(&room->patience);
	uv_run(&room->loop, UV_RUN_DEFAULT);
	assert_int_equal(room->opens + room->losses, 0);
}

static void
reply_in_pieces_is_one_reply(void **state)
{
	struct room *room = *state;

	connect_peer(room);
	say(room, "+PO");
	uv_run(&room->loop, UV_RUN_ONCE);
	assert_int_equal(room->replies, 0);
	say(room, "NG\r\n+OK\r\n+O");
	run_until(room, &room->replies, 2);
	say(room, "K\r\n");
	run_until(room, &room->replies, 3);
}

static void
nonsense_is_lost(void **state)
{
	struct room *room = *state;

	connect_peer(room);
	say(room, "HTTP/1.1 400 Bad Request\r\n");
	run_until(room, &room->losses, 1);
	assert_int_equal(room->replies, 0);
}

static void
end_of_stream_is_lost(void **state)
{
	struct room *room = *state;

	connect_peer(room);
	shutdown(room->peer, SHUT_WR);
	run_until(room, &room->losses, 1);
	assert_string_equal(room->why, "closed by Redis");
}

static void
closing_inside_a_reply_ends_the_replies(void **state)
{
	struct room *room = *state;

	connect_peer(room);
	room->closes_on_reply = true;
	say(room, "+OK\r\n+OK\r\n+OK\r\n");
	run_until(room, &room->replies, 1);
	uv_run(&room->loop, UV_RUN_NOWAIT);
	uv_run(&room->loop, UV_RUN_NOWAIT);
	assert_int_equal(room->replies, 1);
	room->link = NULL;
}

/* Far more than two socket buffers hold, in pieces of any size. */
static void
everything_put_arrives_in_order(void **state)
{
	enum { TOTAL = 20 << 20, PIECE = 99991 };
	struct room *room = *state;
	char *piece = malloc(PIECE), *got = malloc(1 << 20);
	size_t put = 0, seen = 0, len;
	ssize_t n;

	assert_true(piece && got);
	connect_peer(room);
	while (seen < TOTAL) {
		for (int i = 0; i < 5 && put < TOTAL; i++) {
			len = TOTAL - put < PIECE ? TOTAL - put : PIECE;
			for (size_t k = 0; k < len; k++)
				piece[k] = (char)((put + k) % 251);
			assert_int_equal(
			    link_put(room->link, piece, len), ERR_OK);
			put += len;
		}
		uv_run(&room->loop, UV_RUN_NOWAIT);
		n = recv(room->peer, got, 1 << 20, MSG_DONTWAIT);
		for (ssize_t k = 0; k < n; k++)
			assert_int_equal(
			    got[k], (char)((seen + (size_t)k) % 251));
		if (n > 0)
			seen += (size_t)n;
	}
	assert_int_equal(seen, TOTAL);
	free(piece);
	free(got);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(refused_connection_is_lost),
		test(unknown_name_is_lost),
		test(missing_socket_is_lost),
		test(closing_while_resolving_is_quiet),
		test(reply_in_pieces_is_one_reply),
		test(nonsense_is_lost),
		test(end_of_stream_is_lost),
		test(closing_inside_a_reply_ends_the_replies),
		test(everything_put_arrives_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
