#ifndef TRAWL_COMMON_BASE_CLOCK_H
#define TRAWL_COMMON_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in milliseconds, the clock of heartbeats and deadlines: the same
 * for all processes of a host. Any thread. */
int64_t clock_ms(void);

#endif
