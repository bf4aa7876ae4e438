#ifndef TRAWL_WORKER_INGEST_PLAN_H
#define TRAWL_WORKER_INGEST_PLAN_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/source/source.h"
#include "worker/context.h"
#include "worker/store/jobs/task.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stdint.h>

/* What a parse will do, seen by the worker that was asked: which files, up to
 * which byte, in how many tasks. */
struct plan {
	struct span source_text;
	struct span generation; /* that it was compared with; empty: none */
	struct record fields;   /* of the job's record; empty: no job to do */
	enum task_kind kind;
	uint32_t tasks; /* 0: no job to do */
	/* The log is what the reports are of: their manifest, with mode
	 * "unchanged", and nothing to do; or with mode "yielded", when it is more
	 * than that and to be left to others. Empty: there is a job to do. */
	struct record unchanged;
};

struct plan_wish {
	const struct worker_setup *setup;
	bool is_full; /* whatever is known of the log */
	/* Reports with other countries than this host's are left to whoever made
	 * them. */
	bool yields;
};

/* Looks at the log, and at what is known of it.
 *
 * a    owner of all in *out
 * why  says which file is missing, or what is wrong with it
 * Returns ERR_OK, ERR_NO_MEMORY, ERR_STORE_DOWN, or as source_resolve().
 * Thread: a pool thread. */
enum err plan_make(const struct plan_wish *wish, struct arena *a,
    struct plan *out, struct problem *why);

#endif
