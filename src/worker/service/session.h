#ifndef TRAWL_WORKER_SERVICE_SESSION_H
#define TRAWL_WORKER_SERVICE_SESSION_H

#include "worker/req.h"

/* Who asks. */

/* Reads the token, finds its session, fills r->session and runs `next`;
 * ERR_NO_SESSION when there is no token, or none that is good. */
enum req_state service_session(struct req *r, req_step *next)
    __attribute__((warn_unused_result));

req_step service_login; /* POST /user/auth: r->row.token */
req_step
    service_logout; /* DELETE /user/auth: this session or, r->in.all, all */

#endif
