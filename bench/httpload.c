/* Asks an HTTP/1.1 server for reports over many connections and says how it
 * went, as one line of JSON.
 *
 *	httpload PORT [connections N] [seconds S] [pipeline N] [rate N]
 *	         [tokens FILE] [path PREFIX] [post BODY] [skip 1]
 *
 * connections  that ask all the time, 64
 * seconds      3; a fraction, too
 * pipeline     requests that are sent at once, 1
 * rate         requests a second, sent when they are due whether or not earlier
 *              ones have been answered; 0: as fast as answers come. Latency is
 *              counted from when a request was due. How late requests were
 *              sent, though a connection was free, is said too: what of it is
 *              this program's own wait for a CPU
 * tokens       a file with a token a line; each request takes the next one
 * path         /report/ by default; 1 to 7 is added to it in turn
 * post         the path is asked as it is, by POST with this JSON
 * skip         1: what is due while every connection waits is not asked, as
 *              clients of their own would have gone; 0: it is asked later
 *
 * One thread, one epoll. Answers must have a Content-Length. */
#include "wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	REPORTS = 7,
	PIPELINE_MAX = 64,
	TEXT_MAX = 512,
	INPUT_SIZE = 256 << 10,
	EVENTS = 256,
	LATENCIES = 1 << 24, /* microseconds; longer ones count as the last */
};

struct conn {
	int fd;
	int waiting; /* answers */
	int64_t due_ns[PIPELINE_MAX];
	int first; /* of due_ns */
	size_t len;
	char *input;
};

static struct {
	int port, connections, pipeline, skip;
	double seconds, rate;
	const char *tokens, *path, *post;
} option = {
	.connections = 64, .seconds = 3, .pipeline = 1, .path = "/report/"
};

static struct {
	char *text;
	size_t len;
} * requests;
static size_t requests_len, next_request;
static uint64_t answers, answers_of[6], bytes, broken, skipped;
static uint32_t *latency;  /* of those that are ok */
static uint32_t *lateness; /* of all that were sent, in microseconds, too */
static uint64_t sent_ever;

static void
die(const char *what)
{
	fprintf(stderr, "httpload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
make_get(char text[TEXT_MAX], const char *token)
{
	return snprintf(text, TEXT_MAX,
	    "GET %s%zu HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s\r\n", option.path,
	    requests_len % REPORTS + 1, *token ? "Authorization: " : "", token,
	    *token ? "\r\n" : "");
}

static int
make_post(char text[TEXT_MAX])
{
	return snprintf(text, TEXT_MAX,
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
	    "application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    option.path, strlen(option.post), option.post);
}

/* Every token asks for another report than the one before. */
static void
make_requests(void)
{
	FILE *file = option.tokens ? fopen(option.tokens, "r") : NULL;
	char line[TEXT_MAX / 2] = "";

	if (option.tokens && !file)
		die(option.tokens);
	do {
		char text[TEXT_MAX];

		if (file && !fgets(line, sizeof(line), file))
			break;
		line[strcspn(line, "\n")] = '\0';
		int len = option.post ? make_post(text) : make_get(text, line);
		requests =
		    realloc(requests, (requests_len + 1) * sizeof(*requests));
		if (!requests || !(requests[requests_len].text = strdup(text)))
			die("memory");
		requests[requests_len++].len = (size_t)len;
	} while (file || requests_len < REPORTS);
	if (file)
		fclose(file);
	if (requests_len == 0)
		die("no tokens");
}

static void
conn_open(struct conn *c, int poll)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	c->waiting = 0;
	c->len = 0;
	c->fd = wire_connect(option.port);
	if (c->fd < 0)
		die("connect");
	if (epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		die("epoll_ctl");
}

/* free_ns  since when there was a connection for it */
static void
note_lateness(int64_t due_ns, int64_t free_ns)
{
	int64_t since = due_ns > free_ns ? due_ns : free_ns;
	int64_t us = (wire_now_ns() - since) / 1000;

	lateness[us < 0 ? 0 : us < LATENCIES ? us : LATENCIES - 1]++;
	sent_ever++;
}

static void
ask(struct conn *c, int64_t due_ns)
{
	char text[PIPELINE_MAX * TEXT_MAX];
	size_t len = 0;

	for (int i = 0; i < option.pipeline; i++) {
		memcpy(text + len, requests[next_request].text,
		    requests[next_request].len);
		len += requests[next_request].len;
		next_request = (next_request + 1) % requests_len;
		c->due_ns[i] = due_ns;
	}
	c->waiting = option.pipeline;
	c->first = 0;
	if (send(c->fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		broken++; /* seen again, as an end of the connection */
}

static void
count(struct conn *c, const char *at, size_t len, int64_t now)
{
	int64_t us = (now - c->due_ns[c->first++]) / 1000;

	answers++;
	bytes += len;
	answers_of[at[9] >= '1' && at[9] <= '5' ? at[9] - '0' : 0]++;
	if (at[9] == '2')
		latency[us < LATENCIES ? us : LATENCIES - 1]++;
	c->waiting--;
}

/* False: the connection has ended. */
static bool
take(struct conn *c)
{
	ssize_t n = read(c->fd, c->input + c->len, INPUT_SIZE - c->len);
	size_t at = 0, len;

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	c->len += (size_t)n;
	int64_t now = wire_now_ns();
	while (c->waiting > 0 &&
	       (len = wire_answer_len(c->input + at, c->len - at)) > 0) {
		count(c, c->input + at, len, now);
		at += len;
	}
	memmove(c->input, c->input + at, c->len - at);
	c->len -= at;
	return true;
}

/* Of `all` that were counted by microseconds, the one behind the part `q` of them:
 * 1 is the longest. */
static double
quantile_ms(const uint32_t *counts, uint64_t all, double q)
{
	uint64_t seen = 0;
	int us = 0;

	if (all == 0)
		return 0;
	uint64_t before = (uint64_t)((double)(all - 1) * q);
	while (us < LATENCIES - 1 && (seen += counts[us]) <= before)
		us++;
	return us / 1000.0;
}

static void
read_options(int argc, char **argv)
{
	if (argc < 2 || argc % 2 != 0)
		die("httpload PORT [NAME VALUE]...");
	option.port = atoi(argv[1]);
	for (int i = 2; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];

		if (!strcmp(name, "connections"))
			option.connections = atoi(value);
		else if (!strcmp(name, "seconds"))
			option.seconds = atof(value);
		else if (!strcmp(name, "pipeline"))
			option.pipeline = atoi(value);
		else if (!strcmp(name, "rate"))
			option.rate = atof(value);
		else if (!strcmp(name, "skip"))
			option.skip = atoi(value);
		else if (!strcmp(name, "post"))
			option.post = value;
		else if (!strcmp(name, "tokens"))
			option.tokens = value;
		else if (!strcmp(name, "path"))
			option.path = value;
		else
			die(name);
	}
	if (option.pipeline < 1 || option.pipeline > PIPELINE_MAX ||
	    option.connections < 1)
		die("pipeline or connections");
}

/* A paced generator that has little time sleeps not at all: a timer is late. But
 * when every connection waits for an answer, nothing can be sent before one comes,
 * and others, such as Redis, may have the core. */
static int
wait_ms(int64_t begin, int64_t sent, size_t idle_len)
{
	if (option.rate <= 0 || idle_len == 0)
		return 100;
	int64_t due = begin + (int64_t)(1e9 * (double)sent / option.rate);

	return due - wire_now_ns() > 3000000 ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	int64_t begin, end, now, free_ns, sent = 0;

	read_options(argc, argv);
	make_requests();
	latency = calloc(LATENCIES, sizeof(*latency));
	lateness = calloc(LATENCIES, sizeof(*lateness));
	struct conn *conns = calloc((size_t)option.connections, sizeof(*conns));
	struct conn **idle = calloc((size_t)option.connections, sizeof(*idle));
	size_t idle_len = 0;
	int poll = epoll_create1(0);
	if (!latency || !lateness || !conns || !idle || poll < 0)
		die("memory");
	for (int i = 0; i < option.connections; i++) {
		if (!(conns[i].input = malloc(INPUT_SIZE)))
			die("memory");
		conn_open(&conns[i], poll);
		idle[idle_len++] = &conns[i];
	}
	begin = now = free_ns = wire_now_ns();
	end = begin + (int64_t)(1e9 * option.seconds);
	while ((now = wire_now_ns()) < end) {
		while (idle_len > 0) {
			int64_t due = now;

			if (option.rate > 0)
				due = begin + (int64_t)(1e9 * (double)sent /
							option.rate);
			if (due > now)
				break;
			note_lateness(due, free_ns);
			ask(idle[--idle_len], due);
			sent += option.pipeline;
		}
		while (option.skip && idle_len == 0 &&
		       now >= begin +
				  (int64_t)(1e9 * (double)sent / option.rate)) {
			skipped += (uint64_t)option.pipeline;
			sent += option.pipeline;
		}
		int n = epoll_wait(
		    poll, events, EVENTS, wait_ms(begin, sent, idle_len));
		for (int i = 0; i < n; i++) {
			struct conn *c = events[i].data.ptr;
			bool was_waiting = c->waiting > 0;

			if (!take(c)) {
				broken += c->waiting > 0;
				close(c->fd);
				conn_open(c, poll);
			}
			if (!was_waiting || c->waiting > 0)
				continue;
			if (idle_len == 0)
				free_ns = wire_now_ns();
			idle[idle_len++] = c;
		}
	}
	double seconds = (double)(now - begin) / 1e9;
	printf("{\"answers\": %" PRIu64 ", \"seconds\": %.3f, \"rate\": %.0f, "
	       "\"ok\": %" PRIu64 ", \"refused\": %" PRIu64
	       ", \"failed\": %" PRIu64 ", \"broken\": %" PRIu64
	       ", \"skipped\": %" PRIu64 ", \"bytes\": %" PRIu64
	       ", \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
	       "\"max_ms\": %.3f, \"late_p99_ms\": %.3f}\n",
	    answers, seconds, (double)answers / seconds, answers_of[2],
	    answers_of[4], answers_of[5], broken, skipped, bytes,
	    quantile_ms(latency, answers_of[2], 0.5),
	    quantile_ms(latency, answers_of[2], 0.99),
	    quantile_ms(latency, answers_of[2], 1),
	    quantile_ms(lateness, sent_ever, 0.99));
	return 0;
}
