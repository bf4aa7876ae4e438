#ifndef TRAWL_WORKER_SERVICE_USER_H
#define TRAWL_WORKER_SERVICE_USER_H

#include "worker/req.h"

/* The life of a user. Input: r->in, r->path_id, r->session; output: r->row.
 * What a process that dies in between leaves behind is told in
 * redis/KEYS.md. */

/* ERR_REGISTRATION_CLOSED unless anybody may make users. */
enum err service_user_permit_create(struct req *r);

/* ERR_FORBIDDEN unless the path names the session's own user. */
enum err service_user_permit_own(struct req *r);

req_step service_user_create;     /* POST /user */
req_step service_user_patch;      /* PATCH /user/{id} */
req_step service_password_change; /* PATCH /user/{id} with a password */
req_step service_user_delete;     /* DELETE /user/{id} */
req_step service_user_list;       /* GET /user/all */

#endif
