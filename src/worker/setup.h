#ifndef TRAWL_WORKER_SETUP_H
#define TRAWL_WORKER_SETUP_H

#include "common/base/config.h"
#include "common/base/shared.h"
#include "common/base/token.h"
#include "common/geo/geo.h"

/* What a worker process inherits from the master: const, but for the shared
 * mapping. */
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

#endif
