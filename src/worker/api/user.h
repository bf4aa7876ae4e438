#ifndef TRAWL_WORKER_API_USER_H
#define TRAWL_WORKER_API_USER_H

#include "worker/req.h"

/* Users in JSON. Decoders fill r->in and tell of all wrong fields at once. */

/* login, password, first_name, last_name: all of them. */
enum err api_user_decode(struct req *r);

/* first_name, last_name: one of them or both. */
enum err api_user_patch_decode(struct req *r);

/* ?limit=1..1000&after=ID; with `after` alone the limit is 100, with neither
 * all users are meant. */
enum err api_users_decode(struct req *r);

/* r->row.user with 200, or 201 for a new one. */
enum err api_user_encode(struct req *r);
enum err api_user_created_encode(struct req *r);

/* r->row.users, and the Link to the next page. */
enum err api_users_encode(struct req *r);

#endif
