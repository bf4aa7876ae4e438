#ifndef TRAWL_WORKER_API_SESSION_H
#define TRAWL_WORKER_API_SESSION_H

#include "worker/req.h"

/* Sessions in JSON. */

/* login and password. */
enum err api_login_decode(struct req *r);

/* {"Authorization": "<token>"} from r->row.token. */
enum err api_token_encode(struct req *r);

/* r->row.sessions as an array. */
enum err api_sessions_encode(struct req *r);

/* ?all=true: not only this session. */
enum err api_logout_decode(struct req *r);

#endif
