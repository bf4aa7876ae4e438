#ifndef TRAWL_MASTER_PROBE_H
#define TRAWL_MASTER_PROBE_H

#include <stdbool.h>
#include <sys/socket.h>

/* Asks a stream socket one question and looks at the beginning of the answer:
 * whether Redis (PING) or the service (GET /live) is there yet. Blocks for
 * timeout_ms at most, also while it connects.
 *
 * False when nobody answers, or something else. */
bool probe(const struct sockaddr *address, socklen_t len, const char *question,
    const char *answer, int timeout_ms);

#endif
