/* One question over a fresh socket that never blocks longer than it may. */
#include "master/probe.h"
#include "common/base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 };

/* Waits until the socket is ready; false at the deadline. */
static bool
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left_ms = deadline_ms - clock_ms();

	return left_ms > 0 && poll(&p, 1, (int)left_ms) == 1;
}

static bool
is_connected(
    int fd, const struct sockaddr *address, socklen_t len, int64_t deadline_ms)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (connect(fd, address, len) == 0)
		return true;
	if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, deadline_ms))
		return false;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
	       error == 0;
}

static bool
is_answer(int fd, const char *answer, int64_t deadline_ms)
{
	char got[ANSWER_MAX];
	size_t wanted = strlen(answer), len = 0;

	while (len < wanted && wanted <= sizeof(got)) {
		ssize_t n = recv(fd, got + len, wanted - len, 0);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		if (n > 0)
			len += (size_t)n;
		else if (!wait_for(fd, POLLIN, deadline_ms))
			return false;
	}
	return len == wanted && !memcmp(got, answer, len);
}

bool
probe(const struct sockaddr *address, socklen_t len, const char *question,
    const char *answer, int timeout_ms)
{
	int64_t deadline_ms = clock_ms() + timeout_ms;
	size_t size = strlen(question);
	bool yes = false;
	int fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	/* A question is shorter than any socket buffer: one send is all. */
	if (is_connected(fd, address, len, deadline_ms) &&
	    send(fd, question, size, MSG_NOSIGNAL) == (ssize_t)size)
		yes = is_answer(fd, answer, deadline_ms);
	close(fd);
	return yes;
}
