#ifndef TRAWL_WORKER_API_SUMMARY_H
#define TRAWL_WORKER_API_SUMMARY_H

#include "worker/api/json.h"
#include "worker/req.h"

/* What a parse that is done tells of itself, into an object: of /parse and of its
 * job. False when memory is out: then only some of it is there. */
bool summary_put(json_t *o, const struct parse_summary *s)
    __attribute__((warn_unused_result));

#endif
