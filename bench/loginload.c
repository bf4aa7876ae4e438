/* A crowd that logs in, and somebody who wants something else meanwhile. Says
 * how it went as one line of JSON.
 *
 *	loginload PORT SECONDS BODIES [PID]...
 *
 * BODIES  a file with a JSON body a line, each of them a client: it asks POST
 *         /user/auth again as soon as it is answered, or, refused with a 503,
 *         when its Retry-After is over
 * PID     processes whose resident memory is added up, every 20 ms
 *
 * The rate of log-ins is that of the last seven eighths of SECONDS: answers come a
 * few at a time, so from the first one on they would be counted for less time than
 * they took. What is under way at the end is waited for. One more client asks GET /
 * every 20 ms. One thread, one epoll. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 10000,
	PIDS_MAX = 256,
	REQUEST_MAX = 1024,
	ANSWER_MAX = 4096,
	EVENTS = 256,
	GETS_MAX = 1 << 16,
	TICK_MS = 20,
	MOVED_PAGES = 64, /* as the kernel counts them, a few late */
	DRAIN_S = 60,
	COUNTED_FROM = 8, /* th of SECONDS */
};

#define SECOND_NS INT64_C(1000000000)

struct client {
	int fd;
	bool is_waiting;  /* for an answer */
	int64_t again_ns; /* refused: when it asks again; 0: it is not */
	size_t len;       /* of its request */
	char request[REQUEST_MAX];
	size_t got;
	char answer[ANSWER_MAX];
};

static struct client *clients; /* the last one asks GET / */
static size_t clients_len;
static int memory_fds[PIDS_MAX];
static size_t memory_len;

static uint64_t logins, late, refused, others; /* late: not within SECONDS */
static uint64_t counted;                       /* log-ins, for their rate */
static int64_t count_from_ns;
static int64_t asked_ns; /* GET / */
static uint32_t get_us[GETS_MAX];
static size_t gets;
static long peak_pages;
static uint64_t looks; /* that counted */

static void
die(const char *what)
{
	fprintf(stderr, "loginload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct client *
add_client(int port)
{
	struct client *c = &clients[clients_len++];

	if (clients_len > CLIENTS_MAX)
		die("too many bodies");
	c->fd = wire_connect(port);
	if (c->fd < 0)
		die("connect");
	return c;
}

static void
add_clients(int port, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[REQUEST_MAX / 2];
	struct client *c;

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		c = add_client(port);
		c->len = (size_t)snprintf(c->request, sizeof(c->request),
		    "POST /user/auth HTTP/1.1\r\nHost: localhost\r\n"
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n\r\n%s",
		    strlen(line), line);
	}
	fclose(file);
	c = add_client(port);
	c->len = (size_t)snprintf(c->request, sizeof(c->request),
	    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

static bool
is_getter(const struct client *c)
{
	return c == &clients[clients_len - 1];
}

static void
open_memory(int argc, char **argv)
{
	char path[64];

	for (int i = 0; i < argc && memory_len < PIDS_MAX; i++) {
		snprintf(path, sizeof(path), "/proc/%d/statm", atoi(argv[i]));
		memory_fds[memory_len] = open(path, O_RDONLY | O_CLOEXEC);
		if (memory_fds[memory_len++] < 0)
			die(path);
	}
}

static long
resident_pages(int fd)
{
	char text[128];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	char *at = text;

	if (n <= 0)
		die("memory");
	text[n] = '\0';
	strtol(at, &at, 10);
	return strtol(at, NULL, 10);
}

/* Of all processes at one moment. They can only be asked one after the other, and
 * the memory of a hash that goes from one to the next meanwhile would count twice,
 * or not at all: so what was seen counts when it is seen again at once. A hash
 * grows for 5 ms and stays for 20. */
static void
look_at_memory(void)
{
	long before[PIDS_MAX], sum = 0;

	for (size_t i = 0; i < memory_len; i++)
		before[i] = resident_pages(memory_fds[i]);
	for (size_t i = 0; i < memory_len; i++) {
		long now = resident_pages(memory_fds[i]);

		if (labs(now - before[i]) > MOVED_PAGES)
			return;
		sum += now;
	}
	looks++;
	if (peak_pages < sum)
		peak_pages = sum;
}

static void
ask(struct client *c)
{
	c->again_ns = 0;
	c->is_waiting = true;
	if (send(c->fd, c->request, c->len, MSG_NOSIGNAL) != (ssize_t)c->len)
		die("send");
}

/* Who was not asked because this one took so long would have waited, too. */
static void
count_get(int64_t now)
{
	for (int64_t us = (now - asked_ns) / 1000; us > 0 && gets < GETS_MAX;
	     us -= TICK_MS * 1000)
		get_us[gets++] = (uint32_t)us;
}

/* Seconds that a refused client is to wait. */
static int64_t
retry_after_s(const struct client *c)
{
	const char *at = memmem(c->answer, c->got, "Retry-After: ", 13);

	return at ? strtol(at + 13, NULL, 10) : 1;
}

static void
on_login(struct client *c, int64_t now, bool is_over)
{
	if (is_over) {
		late++;
		return;
	}
	logins++;
	counted += now >= count_from_ns;
	ask(c);
}

static void
on_answer(struct client *c, int64_t now, bool is_over)
{
	int status = wire_status(c->answer, c->got);

	c->is_waiting = false;
	if (is_getter(c)) {
		count_get(now);
	} else if (status == 200) {
		on_login(c, now, is_over);
	} else if (status == 503) {
		refused++;
		c->again_ns = now + retry_after_s(c) * SECOND_NS;
	} else {
		others++;
		c->again_ns = now + SECOND_NS;
	}
}

static void
on_readable(struct client *c, bool is_over)
{
	/* The last byte of the room is for text functions. */
	ssize_t n = read(c->fd, c->answer + c->got, ANSWER_MAX - 1 - c->got);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("a connection has ended");
	c->got += (size_t)n;
	c->answer[c->got] = '\0';
	if (c->got == ANSWER_MAX - 1)
		die("a long answer");
	if (wire_answer_len(c->answer, c->got) == 0)
		return;
	on_answer(c, wire_now_ns(), is_over);
	c->got = 0;
}

static void
on_tick(uint64_t tick)
{
	struct client *getter = &clients[clients_len - 1];
	int64_t now = wire_now_ns();

	look_at_memory();
	if (!getter->is_waiting) {
		asked_ns = now;
		ask(getter);
	}
	for (size_t i = 0; tick % 5 == 0 && i < clients_len; i++)
		if (clients[i].again_ns && clients[i].again_ns <= now)
			ask(&clients[i]);
}

static bool
is_somebody_waiting(void)
{
	for (size_t i = 0; i < clients_len; i++)
		if (clients[i].is_waiting)
			return true;
	return false;
}

static void
run(int poll, int64_t seconds_ns)
{
	struct epoll_event events[EVENTS];
	int64_t begin = wire_now_ns(), end = begin + seconds_ns;
	uint64_t tick = 0;

	count_from_ns = begin + seconds_ns / COUNTED_FROM;
	for (size_t i = 0; i + 1 < clients_len; i++)
		ask(&clients[i]);
	for (;;) {
		int64_t now = wire_now_ns();
		bool is_over = now >= end;
		int64_t tick_ns = begin + (int64_t)tick * TICK_MS * 1000000;

		if (is_over && !is_somebody_waiting())
			break;
		if (now > end + DRAIN_S * SECOND_NS)
			die("log-ins that are never answered");
		if (!is_over && now >= tick_ns) {
			on_tick(tick++);
			continue;
		}
		int wait_ms = (int)((tick_ns - now) / 1000000 + 1);
		int n = epoll_wait(
		    poll, events, EVENTS, is_over ? TICK_MS : wait_ms);
		for (int i = 0; i < n; i++)
			on_readable(events[i].data.ptr, is_over);
	}
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double
get_ms(double q)
{
	size_t at = (size_t)((double)gets * q);

	if (gets == 0)
		return 0;
	return get_us[at < gets ? at : gets - 1] / 1000.0;
}

static double
own_cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int
main(int argc, char **argv)
{
	int poll = epoll_create1(EPOLL_CLOEXEC);

	if (argc < 4) {
		fputs("loginload PORT SECONDS BODIES [PID]...\n", stderr);
		return 2;
	}
	clients = calloc(CLIENTS_MAX + 1, sizeof(*clients));
	if (!clients || poll < 0)
		die("memory");
	wire_raise_descriptor_limit();
	open_memory(argc - 4, argv + 4);
	add_clients(atoi(argv[1]), argv[3]);
	for (size_t i = 0; i < clients_len; i++) {
		struct epoll_event event = { .events = EPOLLIN,
			.data.ptr = &clients[i] };

		if (epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event) < 0)
			die("epoll_ctl");
	}
	double cpu_s = own_cpu_s();
	run(poll, (int64_t)(atof(argv[2]) * 1e9));
	double seconds = atof(argv[2]) * (COUNTED_FROM - 1) / COUNTED_FROM;
	qsort(get_us, gets, sizeof(get_us[0]), by_number);
	printf("{\"all_logins\": %" PRIu64
	       ", \"rate\": %.2f, \"refused\": %" PRIu64
	       ", \"others\": %" PRIu64 ", \"gets\": %zu, "
	       "\"get_p50_ms\": %.3f, \"get_p99_ms\": %.3f, "
	       "\"get_max_ms\": %.3f, \"looks\": %" PRIu64
	       ", \"peak_kib\": %ld, \"cpu_s\": %.3f}\n",
	    logins + late, (double)counted / seconds, refused, others, gets,
	    get_ms(0.5), get_ms(0.99), get_ms(1), looks,
	    peak_pages * (sysconf(_SC_PAGESIZE) / 1024), own_cpu_s() - cpu_s);
	return 0;
}
