#ifndef TRAWL_WORKER_STORE_COPIES_TRACKING_H
#define TRAWL_WORKER_STORE_COPIES_TRACKING_H

#include "common/base/redis_address.h"
#include "common/base/span.h"
#include "worker/store/redis/redis.h"

#include <stdbool.h>

/* Redis's client-side caching for one connection: whoever reads a key there
 * behind a CLIENT CACHING YES hears when it changes. The news come over a second
 * connection (RESP2 has no other way). Loop thread only. */
struct tracking;

struct tracking_hooks {
	void (*changed)(struct span key, void *arg);
	/* Nothing that was read until now may be believed any more: news may
	 * have been lost, or everything was dropped. */
	void (*lost)(void *arg);
	void *arg;
};

/* Opens the second connection and turns tracking on whenever both are up.
 *
 * watched  whose reads are tracked; its hooks are taken. It is closed after
 *          tracking_close
 * NULL when memory is out. */
struct tracking *tracking_open(uv_loop_t *loop,
    const struct redis_address *address, struct redis *watched,
    const struct tracking_hooks *hooks);
void tracking_close(struct tracking *t); /* takes NULL */

/* Whether news of a change would have come: tracking is on, and the second
 * connection answered a heartbeat that was sent less than a second ago. */
bool tracking_is_alive(const struct tracking *t);

#endif
