#ifndef TRAWL_TESTS_TRANSPORT_SERVED_H
#define TRAWL_TESTS_TRANSPORT_SERVED_H

/* A server with a route table of its own on a loopback port, its loop turned by
 * the test, and clients that are plain sockets of the same thread. Include after
 * cmocka.h. */
#include "worker/context.h"
#include "worker/document.h"
#include "worker/store/copies.h"
#include "worker/transport/conn.h"
#include "worker/transport/server.h"

#include "common/base/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path)  "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: a\r\n"
#define OK         "HTTP/1.1 200 OK\r\n"
#define HELLO      "\r\n\r\n{\"hello\":\"world\"}"

enum {
	BIG = 4 << 20,        /* bytes of GET /big */
	TURNS_MAX = 20000,    /* of the loop, until a test gives up */
	ANSWER_MAX = 1 << 20, /* bytes of an answer that are kept */
};

static struct req *held; /* of the request that waits in /wait */
static int encoded;      /* answers of /wait that were encoded */
static char *big;
static struct document *document; /* the test's: what /document answers */

static enum req_state
done(struct req *r)
{
	return req_done(r);
}

static enum req_state
hold(struct req *r)
{
	held = r;
	return req_wait(r, done);
}

static enum err
encode_hello(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("{\"hello\":\"world\"}");
	return ERR_OK;
}

static enum err
encode_echo(struct req *r)
{
	r->out.status = 200;
	r->out.body = r->body;
	return ERR_OK;
}

static enum err
encode_waited(struct req *r)
{
	encoded++;
	r->out.status = 200;
	r->out.body = r->path;
	return ERR_OK;
}

static enum err
encode_big(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_of(big, BIG);
	return ERR_OK;
}

static enum req_state
give_document(struct req *r)
{
	document_hold(document);
	r->out.document = document;
	r->out.body = document->body;
	return req_done(r);
}

static int ready; /* times that /document was answered without a request */

static struct document *
ready_document(struct worker *w, int64_t id)
{
	(void)w;
	assert_int_equal(id, 0);
	ready += document != NULL;
	return document;
}

static enum err
encode_document(struct req *r)
{
	r->out.status = 200;
	return ERR_OK;
}

/* Events without end: each waits until the test resumes it. */
static req_step hold_event;

static enum req_state
next_event(struct req *r)
{
	r->out.is_stream = true;
	r->out.more = hold_event;
	return req_done(r);
}

static enum req_state
hold_event(struct req *r)
{
	held = r;
	return req_wait(r, next_event);
}

static enum err
encode_event(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("event\n\n");
	return ERR_OK;
}

static enum err
encode_id(struct req *r)
{
	char *text = arena_printf(&r->arena, "%lld", (long long)r->path_id);

	r->out.status = 200;
	r->out.body = span_text(text);
	r->out.etag = "\"1\"";
	return ERR_OK;
}

static enum err
decode_json(struct req *r)
{
	return span_is_equal(r->content_type, span_text("application/json"))
		   ? ERR_OK
		   : ERR_NOT_JSON;
}

static enum err
decode_nothing(struct req *r)
{
	(void)r;
	return ERR_OK;
}

static enum err
forbid(struct req *r)
{
	(void)r;
	return ERR_FORBIDDEN;
}

static enum err
encode_error(struct req *r)
{
	char *text = arena_printf(&r->arena, "{\"message\":\"%s\"}",
	    r->out.detail ? r->out.detail : err_text(r->out.err));

	r->out.body = span_text(text);
	return ERR_OK;
}

static const struct route test_rows[] = {
	{ METHOD_GET, "/", false, NULL, NULL, false, NULL, done, encode_hello,
	    NULL },
	{ METHOD_POST, "/", false, NULL, NULL, false, NULL, done, encode_echo,
	    NULL },
	{ METHOD_GET, "/wait", false, NULL, NULL, false, NULL, hold,
	    encode_waited, NULL },
	{ METHOD_POST, "/wait", false, NULL, NULL, false, NULL, hold,
	    encode_echo, NULL },
	{ METHOD_GET, "/events", false, NULL, NULL, false, decode_nothing,
	    next_event, encode_event, NULL },
	{ METHOD_GET, "/big", false, NULL, NULL, false, NULL, done, encode_big,
	    NULL },
	{ METHOD_GET, "/document", false, NULL, NULL, false, NULL,
	    give_document, encode_document, ready_document },
	{ METHOD_POST, "/json", false, NULL, NULL, false, decode_json, done,
	    encode_echo, NULL },
	{ METHOD_POST, "/hashed", false, NULL, NULL, true, decode_json, done,
	    encode_echo, NULL },
	{ METHOD_POST, "/secret", true, NULL, forbid, false, NULL, done,
	    encode_echo, NULL },
	{ METHOD_POST, "/forbidden", false, NULL, forbid, false, decode_json,
	    done, encode_echo, NULL },
	{ METHOD_GET, "/user/all", false, NULL, NULL, false, NULL, done,
	    encode_hello, NULL },
	{ METHOD_PATCH, "/user/{id}", false, NULL, NULL, false, NULL, done,
	    encode_id, NULL },
	{ METHOD_DELETE, "/user/{id}", false, NULL, NULL, false, NULL, done,
	    encode_id, NULL },
	{ METHOD_GET, "/report/{n}", false, NULL, NULL, false, NULL, done,
	    encode_id, NULL },
};

static const struct routes test_routes = {
	test_rows,
	sizeof(test_rows) / sizeof(test_rows[0]),
	encode_error,
};

struct served {
	struct config config;
	struct shared *shared;
	uv_loop_t loop;
	int fd, handover_fds[2];
	struct worker_setup setup;
	struct worker worker;
	struct sockaddr_in address;
	bool is_drained;
};

/* config  changes defaults before the server sees them; may be NULL */
static inline struct served *
served_open(void (*config)(struct config *c))
{
	struct served *s = calloc(1, sizeof(*s));
	socklen_t len = sizeof(s->address);

	assert_non_null(s);
	assert_int_equal(config_defaults(&s->config), ERR_OK);
	if (config != NULL)
		config(&s->config);
	s->shared = shared_new(1);
	assert_non_null(s->shared);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	s->address.sin_family = AF_INET;
	s->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&s->address, len), 0);
	assert_int_equal(
	    getsockname(s->fd, (struct sockaddr *)&s->address, &len), 0);
	assert_int_equal(listen(s->fd, 64), 0);
	assert_int_equal(uv_loop_init(&s->loop), 0);
	s->setup.config = &s->config;
	s->setup.shared = s->shared;
	s->setup.listener_fds = &s->fd;
	s->setup.listeners_len = 1;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s->handover_fds), 0);
	s->setup.handover_fds = s->handover_fds;
	s->worker.setup = &s->setup;
	s->worker.loop = &s->loop;
	s->config.local_copies = 0; /* there is no Redis to copy from */
	assert_non_null(s->worker.copies = copies_open(&s->worker));
	assert_non_null(server_open(&s->worker, &test_routes));
	assert_int_equal(listener_open(s->worker.server, 0), ERR_OK);
	held = NULL;
	encoded = ready = 0;
	return s;
}

/* Closes everything and asserts that nothing is left of it. */
static inline void
served_close(struct served *s)
{
	server_close(s->worker.server);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	close(s->fd);
	close(s->handover_fds[0]);
	close(s->handover_fds[1]);
	copies_close(s->worker.copies);
	shared_free(s->shared);
	config_cleanup(&s->config);
	free(s);
}

static inline void
turn(struct served *s)
{
	uv_run(&s->loop, UV_RUN_NOWAIT);
}

struct client {
	struct served *served;
	int fd;
	bool has_ended; /* the server closed, or reset */
	size_t len;
	char bytes[ANSWER_MAX + 1]; /* what it answered so far */
};

static inline struct client *
client_open(struct served *s)
{
	struct client *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->served = s;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int e =
	    connect(c->fd, (struct sockaddr *)&s->address, sizeof(s->address));
	assert_true(e == 0 || errno == EINPROGRESS);
	turn(s);
	return c;
}

static inline void
client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	for (int i = 0; i < 3; i++)
		turn(c->served);
	free(c);
}

static inline void
client_send(struct client *c, const char *bytes, size_t len)
{
	for (int turns = 0; len > 0 && turns < TURNS_MAX; turns++) {
		ssize_t sent = send(c->fd, bytes, len, MSG_NOSIGNAL);

		if (sent > 0) {
			bytes += sent;
			len -= (size_t)sent;
		} else if (errno != EAGAIN) {
			break;
		}
		turn(c->served);
	}
}

static inline void
client_read(struct client *c)
{
	char sink[4096];

	turn(c->served);
	for (;;) {
		size_t room = ANSWER_MAX - c->len;
		ssize_t got = room ? recv(c->fd, c->bytes + c->len, room, 0)
				   : recv(c->fd, sink, sizeof(sink), 0);

		if (got > 0 && room > 0)
			c->len += (size_t)got;
		if (got == 0 || (got < 0 && errno != EAGAIN))
			c->has_ended = true;
		if (got <= 0)
			break;
	}
	c->bytes[c->len] = '\0';
}

/* Reads until `text` has come `times` times. */
static inline bool
client_wait(struct client *c, const char *text, int times)
{
	for (int turns = 0; turns < TURNS_MAX; turns++) {
		const char *at = c->bytes;
		int seen = 0;

		client_read(c);
		while ((at = strstr(at, text)) != NULL) {
			seen++;
			at += strlen(text);
		}
		if (seen >= times)
			return true;
		if (c->has_ended)
			return false;
		if (turns > 100)
			usleep(100);
	}
	return false;
}

static inline bool
client_wait_end(struct client *c)
{
	for (int turns = 0; turns < TURNS_MAX && !c->has_ended; turns++) {
		client_read(c);
		if (turns > 100)
			usleep(100);
	}
	return c->has_ended;
}

static inline void
send_text(struct client *c, const char *text)
{
	client_send(c, text, strlen(text));
}

/* More answers than the kernel's buffers of a loopback socket hold. */
enum { ASKED = 10 };

/* One that asks for more and more and reads nothing. */
static inline struct client *
ask_without_reading(struct served *s)
{
	struct client *c = client_open(s);

	for (int i = 0; i < ASKED; i++)
		send_text(c, GET("/big"));
	for (int i = 0; i < 100; i++)
		turn(s);
	return c;
}

/* The client's kernel has said so of all that was sent: it may wait with that for
 * a moment, and there is room again when it has. */
static inline bool
is_acknowledged(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_unacked == 0;
}

/* Sends in the place of the server to its only client, which reads nothing, until
 * the kernel takes no more. */
static inline void
fill_socket(struct served *s)
{
	static const char junk[65536];
	uv_os_fd_t fd;

	for (int i = 0; i < TURNS_MAX && s->worker.server->conns == NULL; i++)
		turn(s);
	assert_int_equal(
	    uv_fileno((uv_handle_t *)&s->worker.server->conns->tcp, &fd), 0);
	for (int idle = 0; idle < 5; idle++) {
		while (send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0)
			idle = 0;
		assert_int_equal(errno, EAGAIN);
		if (!is_acknowledged(fd))
			idle = 0;
		usleep(1000);
	}
}

/* Asks on a connection of its own; returns the answer, in static memory, when
 * `until` has come. */
static inline const char *
ask(struct served *s, const char *text, const char *until)
{
	static char answer[8192];
	struct client *c = client_open(s);

	send_text(c, text);
	if (!client_wait(c, until, 1))
		fail_msg("asked \"%s\"; \"%s\" did not come: \"%s\"", text,
		    until, c->bytes);
	snprintf(
	    answer, sizeof(answer), "%.*s", (int)sizeof(answer) - 1, c->bytes);
	client_close(c);
	return answer;
}

static inline void
assert_has(const char *answer, const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("no \"%s\" in \"%s\"", part, answer);
}

static inline void
assert_has_not(const char *answer, const char *part)
{
	if (strstr(answer, part) != NULL)
		fail_msg("\"%s\" in \"%s\"", part, answer);
}

/* Runs a program's tests: writes to a client that is gone are errors, as in a
 * worker. */
static inline int
served_main(const struct CMUnitTest *tests, size_t len)
{
	signal(SIGPIPE, SIG_IGN);
	big = malloc(BIG);
	memset(big, 'x', BIG);
	int failed = _cmocka_run_group_tests("served", tests, len, NULL, NULL);
	free(big);
	return failed;
}

#endif
