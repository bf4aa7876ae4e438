#ifndef TRAWL_COMMON_BASE_SHARED_H
#define TRAWL_COMMON_BASE_SHARED_H

#include "common/base/err.h"
#include "common/base/slots.h"

#include <stdatomic.h>
#include <stdint.h>

/* The one mapping that the processes of a host share: made by the master
 * before the first fork, never resized. Every field is an atomic that one
 * process writes and any process reads, unless it says otherwise. */
enum {
	WORKERS_MAX = 256,
	EPOCHS = 4096, /* slots of invalidation epochs, by user */
	REPORTS_TOLD = 64,
	/* A worker that has not said for so long that it lives is silent. */
	SILENCE_MS = 150,
	/* Bytes of a cache line: each worker has lines of its own, so that none
	 * takes another's away with what it counts (false sharing). */
	SHARED_LINE = 64,
};

struct shared_worker {
	/* master: 0 while nobody runs here; worker: before it shows anything */
	_Alignas(SHARED_LINE) _Atomic int64_t pid;
	/* worker: CLOCK_MONOTONIC; master: 0 at death */
	_Atomic int64_t heartbeat_ms;
	_Atomic uint64_t requests;    /* worker */
	_Atomic uint32_t connections; /* worker: open now */
	_Atomic int32_t handed;       /* all: given to this one, on their way */
	/* worker: the generation whose reports it shows without asking, and the
	 * one that it could show at once, by hash of their names; 0: none. They
	 * differ while it is about to go over from one to the other. */
	_Atomic uint64_t reports_shown, reports_ready;
	/* worker: how often it is asking Redis just now which one to show */
	_Atomic uint32_t reports_reads;
};

struct shared {
	uint32_t workers; /* slots in use; const after the fork */
	struct shared_worker worker[WORKERS_MAX];
	/* Who computes a password's hash: any worker, master at its death.
	 * Its length is the master's to set before the fork. */
	struct slots hashing;
	/* Bumped by any worker before an answer that revokes a session or
	 * replaces a report leaves; compared before a local copy is used. */
	_Atomic uint64_t epoch[EPOCHS];
	/* Generations of the reports than which no worker shows older ones, since
	 * one of them has said that they are there: by hash of their names, which
	 * is where each stands. */
	_Atomic uint64_t reports_told[REPORTS_TOLD];
};

/* One hash at once; the caller may say more before it forks.
 * NULL when the kernel gives no memory. Given back with shared_free (which
 * takes NULL), by the process that made it. */
struct shared *shared_new(uint32_t workers);
void shared_free(struct shared *s);

/* How long ago the worker said that it lives; INT64_MAX: nobody does (heartbeat
 * 0). */
int64_t shared_worker_silence_ms(const struct shared_worker *w, int64_t now_ms);

#endif
