#ifndef TRAWL_TESTS_SUPPORT_HTTP_STUB_H
#define TRAWL_TESTS_SUPPORT_HTTP_STUB_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

/* An HTTP server on a loopback port, one connection after the other, that says
 * to each request what a function of the test makes of it. */
struct http_stub {
	/* Gives the answer with its status line, the caller frees it; NULL: none
	 * ever comes, until http_stub_close. request  head and body, whole */
	char *(*answer)(const char *request, const void *arg);
	const void *arg;
	int fd;
	char url[64];
	_Atomic int requests;
	_Atomic int is_closing;
	pthread_t thread;
};

enum { HTTP_STUB_REQUEST = 1 << 17 };

/* Whether the head, and as much body as it promises, is there. */
static inline int
http_stub_is_whole(const char *text, size_t len)
{
	const char *head = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\nContent-Length:");

	return head && (!length || len - (size_t)(head + 4 - text) >=
				       strtoul(length + 17, NULL, 10));
}

static inline void
http_stub_serve(struct http_stub *s, int fd, char *text)
{
	size_t len = 0;
	char *answer;
	ssize_t n;

	for (;;) {
		text[len] = '\0';
		if (http_stub_is_whole(text, len))
			break;
		n = read(fd, text + len, HTTP_STUB_REQUEST - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		if (strcasestr(text, "\r\nExpect: 100-continue") &&
		    write(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0)
			return;
	}
	s->requests++;
	answer = s->answer(text, s->arg);
	for (size_t at = 0; answer && at < strlen(answer); at += (size_t)n) {
		n = send(fd, answer + at, strlen(answer) - at, MSG_NOSIGNAL);
		if (n <= 0)
			break;
	}
	while (!answer && !s->is_closing)
		usleep(1000);
	free(answer);
}

static inline void *
http_stub_run(void *arg)
{
	struct http_stub *s = arg;
	char *text = malloc(HTTP_STUB_REQUEST);
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		http_stub_serve(s, fd, text);
		close(fd);
	}
	free(text);
	return NULL;
}

/* answer and arg are set before. */
static inline void
http_stub_open(struct http_stub *s)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t size = sizeof(to);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&to, size), 0);
	assert_int_equal(listen(s->fd, 64), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&to, &size), 0);
	snprintf(
	    s->url, sizeof(s->url), "http://127.0.0.1:%d", ntohs(to.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, http_stub_run, s), 0);
}

static inline void
http_stub_close(struct http_stub *s)
{
	s->is_closing = 1;
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* An answer of HTTP around a body. The caller frees it. */
static inline char *
http_stub_say(const char *status, const char *body)
{
	char *out;

	assert_true(asprintf(&out,
			"HTTP/1.1 %s\r\nContent-Length: %zu\r\n"
			"Connection: close\r\n\r\n%s",
			status, strlen(body), body) > 0);
	return out;
}

/* What IPinfo would say to the request, were every address of the country
 * `code`. The caller frees it. */
static inline char *
http_stub_say_country(const char *request, const char *code)
{
	const char *at = strchr(strstr(request, "\r\n\r\n"), '[');
	char *body = malloc(2 * strlen(request) + 64), *out;
	size_t len = 0;

	body[len++] = '{';
	while (at && (at = strchr(at, '"'))) {
		const char *end = strchr(at + 1, '"');

		len += (size_t)sprintf(body + len, "%s%.*s: \"%s\"",
		    len > 1 ? ", " : "", (int)(end + 1 - at), at, code);
		at = end + 1;
	}
	strcpy(body + len, "}");
	out = http_stub_say("200 OK", body);
	free(body);
	return out;
}

#endif
