#ifndef TRAWL_MASTER_LISTENERS_H
#define TRAWL_MASTER_LISTENERS_H

#include "common/base/err.h"
#include "common/base/shared.h"

#include <sys/socket.h>

/* One listening SO_REUSEPORT socket a worker slot, all on one address, open as
 * long as the master serves: a worker that dies is replaced on the same socket,
 * and what was queued there is not lost. */
struct listeners {
	int fds[WORKERS_MAX];
	/* A socket pair a slot, through which other workers give it connections:
	 * its end, theirs. */
	int handover_fds[2 * WORKERS_MAX];
	int len;
	struct sockaddr_storage address; /* the port is the real one */
	socklen_t address_len;
};

enum { URL_TEXT = 80 };

/* host  IPv4, IPv6 or a name (the first address that it has)
 * port  0 picks a free one
 * On ERR_INVALID `why` says what is wrong with host or port: no such name, not
 * an address of this machine, no permission, served already. */
enum err listeners_open(struct listeners *l, const char *host, int port,
    int len, struct problem *why);

void listeners_close(struct listeners *l);

/* "http://127.0.0.1:8000" */
void listeners_url(const struct listeners *l, char out[URL_TEXT]);

/* Where a process of this machine reaches them: the address, or the loopback
 * when it is the wildcard. */
void listeners_local_address(
    const struct listeners *l, struct sockaddr_storage *out);

#endif
