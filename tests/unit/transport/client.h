#ifndef TRAWL_TESTS_TRANSPORT_CLIENT_H
#define TRAWL_TESTS_TRANSPORT_CLIENT_H

/* Clients of a server in the same thread (served.h): plain sockets, between whose
 * reads and writes its loop is turned. Include after cmocka.h. */
#include "unit/transport/served.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path)  "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: a\r\n"
#define OK         "HTTP/1.1 200 OK\r\n"
#define HELLO      "\r\n\r\n{\"hello\":\"world\"}"

enum {
	TURNS_MAX = 20000,    /* of the loop, until a test gives up */
	ANSWER_MAX = 1 << 20, /* bytes of an answer that are kept */
};

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

#endif
