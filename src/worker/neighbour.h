#ifndef TRAWL_WORKER_NEIGHBOUR_H
#define TRAWL_WORKER_NEIGHBOUR_H

#include "common/base/shared.h"

#include <stdbool.h>
#include <stdint.h>

/* No connection may hang for long in the queue of a worker that is not there:
 * the next living slot accepts for it. A worker says that it lives every
 * HEARTBEAT_MS and looks after its neighbours as often, so that a connection
 * waits for SILENCE_MS + HEARTBEAT_MS at most. */
enum { HEARTBEAT_MS = 50 };

/* Whether `slot` accepts on the listener of `other`: its own, or that of a
 * silent slot (heartbeat 0 or too old) with nobody living in between, counted
 * upwards and around. `slot` itself is taken as living. Any thread. */
bool neighbour_serves(
    const struct shared *s, uint32_t slot, uint32_t other, int64_t now_ms);

#endif
