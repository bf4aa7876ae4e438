#ifndef TRAWL_WORKER_WORKER_H
#define TRAWL_WORKER_WORKER_H

#include "worker/setup.h"

/* The life of a worker process, one loop thread and pools that hash, report and
 * parse: serves listener_fds[slot] (and, while a neighbour's heartbeat is silent,
 * the neighbour's) until SIGTERM, then drains and closes everything. Returns the exit
 * status: 0 when uv_loop_close() found nothing left. */
int worker_run(const struct worker_setup *setup);

#endif
