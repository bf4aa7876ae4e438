#ifndef TRAWL_MASTER_SUPERVISE_H
#define TRAWL_MASTER_SUPERVISE_H

#include "master/data_dir.h"
#include "master/listeners.h"
#include "worker/worker.h"

/* The life of a master, once everything is open: starts the private Redis (when
 * dir is not NULL), then the workers, prints the address on standard output as
 * soon as the service answers, replaces who dies, and at SIGTERM, SIGINT or
 * SIGHUP ends the workers, then Redis. A second signal ends them at once.
 *
 * setup      what every worker gets; `slot` is filled in for each
 * listeners  closed when the end begins, so that nobody connects any more
 * dir        of the private Redis; NULL when redis_url is set
 * Returns the exit status: 0 after a signal, 1 when the service did not come
 * up. */
int supervise(const struct worker_setup *setup, struct listeners *listeners,
    struct data_dir *dir);

#endif
