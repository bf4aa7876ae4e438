#ifndef TRAWL_WORKER_TRANSPORT_LISTENER_H
#define TRAWL_WORKER_TRANSPORT_LISTENER_H

#include "common/base/err.h"

#include <uv.h>

struct server;

/* Where a server accepts: at the socket of its own slot and, for the time being, at
 * those of neighbours that are silent. A connection that another worker should have
 * is given to that one (handover.h), and what others give is taken. Loop thread
 * only. */
struct listener {
	uv_tcp_t tcp;       /* of a duplicate: the master keeps the socket */
	uv_poll_t handover; /* what others give to the same slot */
	struct server *server;
	int open; /* handles of it that are the loop's */
};

/* Listens at `slot` of the setup; does nothing when it does so already, or is being
 * closed. ERR_INTERNAL: the kernel refuses, logged. */
enum err listener_open(struct server *s, int slot)
    __attribute__((warn_unused_result));

/* Ends within the loop's next turns, what was accepted stays. Does nothing when it
 * does not listen. */
void listener_close(struct server *s, int slot);

#endif
