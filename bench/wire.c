#include "wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t
wire_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int
wire_connect(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

size_t
wire_answer_len(const char *at, size_t len)
{
	const char *end = memmem(at, len, "\r\n\r\n", 4);
	size_t head, body;

	if (!end)
		return 0;
	head = (size_t)(end - at) + 4;
	const char *length = memmem(at, head, "Content-Length: ", 16);
	if (!length)
		length = memmem(at, head, "content-length: ", 16);
	body = length ? strtoul(length + 16, NULL, 10) : 0;
	return len >= head + body ? head + body : 0;
}

int
wire_status(const char *answer, size_t len)
{
	return len > 12 ? atoi(answer + strlen("HTTP/1.1 ")) : 0;
}

void
wire_raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}
