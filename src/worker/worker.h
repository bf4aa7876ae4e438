#ifndef TRAWL_WORKER_WORKER_H
#define TRAWL_WORKER_WORKER_H

#include "common/base/config.h"
#include "common/base/shared.h"
#include "common/base/token.h"
#include "common/geo/geo.h"

/* A worker process: one loop thread, and pools that hash, report and parse. What
 * it inherits from the master is const, but for the shared mapping. */
struct worker_setup {
	const struct config *config;
	const struct geo *geo; /* mapped by the master */
	struct shared *shared;
	struct token_key key;
	struct redis_address redis;
	int slot;                /* 0 to listeners_len - 1 */
	const int *listener_fds; /* one SO_REUSEPORT socket a slot, listening */
	int listeners_len;
	/* Two a slot: where it takes connections that others give it, and where
	 * they give them (transport/handover.h). */
	const int *handover_fds;
};

/* The life of a worker process: serves listener_fds[slot] (and, while a
 * neighbour's heartbeat is silent, the neighbour's) until SIGTERM, then drains
 * and closes everything. Returns the exit status: 0 when uv_loop_close() found
 * nothing left. */
int worker_run(const struct worker_setup *setup);

#endif
