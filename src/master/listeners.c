/* The sockets of the service. The first is bound without SO_REUSEPORT: the
 * kernel refuses that when anybody serves the port, on this address or on a
 * wildcard, with or without SO_REUSEPORT. Only then is the port opened to the
 * other slots; of two masters that start at once, one wins. */
#include "master/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	/* The kernel may still be closing the sockets of a killed trawl. */
	BIND_TRIES = 10,
	BIND_PAUSE_MS = 50,
};

static enum err
resolve(struct listeners *l, const char *host, int port, struct problem *why)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char service[8];
	int error;

	snprintf(service, sizeof(service), "%d", port);
	error = getaddrinfo(host, service, &hints, &found);
	/* A bare root without /etc/hosts knows no names, but this one is always
	 * the loopback address (RFC 6761, 6.3). */
	if (error && !strcmp(host, "localhost"))
		error = getaddrinfo("127.0.0.1", service, &hints, &found);
	if (error)
		return problem_set(why, ERR_INVALID,
		    "host=\"%s\": %s: accepted is an IPv4 or IPv6 address of "
		    "this machine, or a name of one",
		    host, gai_strerror(error));
	memcpy(&l->address, found->ai_addr, found->ai_addrlen);
	l->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	return ERR_OK;
}

static int
set_on(int fd, int option)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
}

static int
bind_patiently(int fd, const struct listeners *l)
{
	struct timespec pause = { .tv_nsec = BIND_PAUSE_MS * 1000000L };
	int result = -1;

	for (int i = 0; i < BIND_TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		result = bind(
		    fd, (const struct sockaddr *)&l->address, l->address_len);
		if (result == 0 || errno != EADDRINUSE)
			break;
	}
	return result;
}

static void
close_pair(const struct listeners *l, int slot)
{
	close(l->handover_fds[2 * slot]);
	close(l->handover_fds[2 * slot + 1]);
}

/* Opens the next listener. Returns 0, or -1 with errno. */
static int
open_one(struct listeners *l)
{
	bool is_first = l->len == 0;
	int fd = socket(l->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, &l->handover_fds[2 * l->len]) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	if (set_on(fd, SO_REUSEADDR) == 0 &&
	    (is_first || set_on(fd, SO_REUSEPORT) == 0) &&
	    bind_patiently(fd, l) == 0 &&
	    (!is_first || set_on(fd, SO_REUSEPORT) == 0) &&
	    listen(fd, SOMAXCONN) == 0 &&
	    getsockname(fd, (struct sockaddr *)&l->address, &l->address_len) ==
		0) {
		l->fds[l->len++] = fd;
		return 0;
	}
	error = errno;
	close(fd);
	close_pair(l, l->len);
	errno = error;
	return -1;
}

static enum err
refuse(const char *host, int port, struct problem *why)
{
	if (errno == EADDRINUSE)
		return problem_set(why, ERR_INVALID,
		    "port=\"%d\" of %s is served already, by another trawl or "
		    "another program: end that one, or choose another port",
		    port, host);
	if (errno == EADDRNOTAVAIL)
		return problem_set(why, ERR_INVALID,
		    "host=\"%s\" is no address of this machine", host);
	return problem_set(why, ERR_INVALID, "host=\"%s\" port=\"%d\": %s",
	    host, port, strerror(errno));
}

enum err
listeners_open(struct listeners *l, const char *host, int port, int len,
    struct problem *why)
{
	enum err e;

	*l = (struct listeners){ .address_len = sizeof(l->address) };
	e = resolve(l, host, port, why);
	if (e != ERR_OK)
		return e;
	while (l->len < len)
		if (open_one(l) != 0) {
			e = refuse(host, port, why);
			listeners_close(l);
			return e;
		}
	return ERR_OK;
}

void
listeners_close(struct listeners *l)
{
	while (l->len > 0) {
		close(l->fds[--l->len]);
		close_pair(l, l->len);
	}
}

void
listeners_url(const struct listeners *l, char out[URL_TEXT])
{
	char address[INET6_ADDRSTRLEN] = "";

	if (l->address.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)&l->address;

		inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof(address));
		snprintf(out, URL_TEXT, "http://[%s]:%d", address,
		    ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in = (const void *)&l->address;

		inet_ntop(AF_INET, &in->sin_addr, address, sizeof(address));
		snprintf(out, URL_TEXT, "http://%s:%d", address,
		    ntohs(in->sin_port));
	}
}

void
listeners_local_address(const struct listeners *l, struct sockaddr_storage *out)
{
	*out = l->address;
	if (out->ss_family == AF_INET6) {
		struct sockaddr_in6 *in6 = (void *)out;

		if (IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr))
			in6->sin6_addr = in6addr_loopback;
	} else {
		struct sockaddr_in *in = (void *)out;

		if (in->sin_addr.s_addr == htonl(INADDR_ANY))
			in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
}
