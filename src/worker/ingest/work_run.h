#ifndef TRAWL_WORKER_INGEST_WORK_RUN_H
#define TRAWL_WORKER_INGEST_WORK_RUN_H

#include "worker/ingest/work.h"

/* Does the task, whatever its kind, and hands in what came of it; w->err says how it
 * went. Thread: a pool thread. */
void work_run(struct work *w);

#endif
