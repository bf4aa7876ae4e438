#ifndef TRAWL_WORKER_TRANSPORT_ROUTES_H
#define TRAWL_WORKER_TRANSPORT_ROUTES_H

#include "worker/transport/route.h"

/* Every endpoint of trawl. */
extern const struct routes routes;

#endif
