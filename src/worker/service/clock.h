#ifndef TRAWL_WORKER_SERVICE_CLOCK_H
#define TRAWL_WORKER_SERVICE_CLOCK_H

#include "worker/req.h"

#include <stdint.h>

/* The time of day, as users see it. */

/* Seconds and minutes since 1970. */
int64_t clock_unix_s(void);
int64_t clock_minute(void);

/* "2026-01-31T09:00:00Z" in the arena; {NULL, 0} when memory is out. */
struct span clock_text(struct req *r);

#endif
