#ifndef TRAWL_WORKER_TRANSPORT_HANDOVER_H
#define TRAWL_WORKER_TRANSPORT_HANDOVER_H

#include "worker/context.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SO_REUSEPORT deals connections out by a hash of their addresses: of four long
 * ones, two workers may get four and none. A worker that has clearly more than
 * another gives what it has just accepted to that one, through a socket pair a
 * slot that the master keeps: what was sent to a worker that dies then is taken
 * by whoever serves its listener. Loop thread; the first is pure. */

/* The slot that should have a connection that `slot` has just accepted, its own
 * if no living one has clearly fewer.
 *
 * conns  open ones of `slot`, with this one */
int handover_target(
    const struct shared *s, int slot, size_t conns, int64_t now_ms);

/* Sends a duplicate of the descriptor; false: it could not, keep it. */
bool handover_send(const struct worker_setup *setup, int target, int fd);

/* Whether this worker may take what was sent to `slot`: its own, or a silent
 * one's, whose listener it serves until it hears that the slot lives again. */
bool handover_is_ours(
    const struct worker_setup *setup, int slot, int64_t now_ms);

/* A descriptor that was sent to `slot`, the caller's; -1: there is none. */
int handover_receive(const struct worker_setup *setup, int slot);

#endif
