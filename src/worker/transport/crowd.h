#ifndef TRAWL_WORKER_TRANSPORT_CROWD_H
#define TRAWL_WORKER_TRANSPORT_CROWD_H

#include <stddef.h>
#include <stdint.h>

/* How many connections come from one place: an IPv4 address, or the /64 of an
 * IPv6 one, which is what one subscriber has. Loop thread only. */
struct crowd_place {
	struct crowd_place *next; /* of the same bucket */
	uint8_t address[16];      /* IPv4 mapped */
	size_t conns;             /* never 0: the last one takes it along */
};

enum { CROWD_BUCKETS = 4096 };

/* Zeroed is empty. */
struct crowd {
	struct crowd_place *buckets[CROWD_BUCKETS];
};

/* One more from `address` (text, as peer_name() gives it). Borrowed until the
 * crowd_leave() that belongs to it; NULL when memory is out. */
struct crowd_place *crowd_enter(struct crowd *c, const char *address);

void crowd_leave(struct crowd *c, struct crowd_place *p); /* takes NULL */

#endif
