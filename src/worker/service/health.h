#ifndef TRAWL_WORKER_SERVICE_HEALTH_H
#define TRAWL_WORKER_SERVICE_HEALTH_H

#include "worker/req.h"

/* What needs no user: GET and POST "/", and the two questions of a load
 * balancer. */
req_step service_hello;
req_step service_echo;

/* The process runs its loop: nothing else. */
req_step service_live;

/* Redis answers and the worker takes new work; else 503 with the reason. */
req_step service_ready;

#endif
