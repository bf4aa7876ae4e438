#ifndef TRAWL_WORKER_STORE_ACCOUNTS_USER_H
#define TRAWL_WORKER_STORE_ACCOUNTS_USER_H

#include "worker/req.h"

/* Users: a hash each and one sorted set of all ids. A user is there from
 * store_user_activate() on until store_user_delete(); an id is never used
 * again. What is an output lives as long as `r`. */

/* id  a new one, never given before */
enum req_state store_user_next_id(struct req *r, int64_t *id, req_step *next)
    __attribute__((warn_unused_result));

/* A user being made, with all but its times: not yet seen by anybody, and gone
 * by itself if nobody activates it. */
enum req_state store_user_make(struct req *r, const struct user *u,
    req_step *next) __attribute__((warn_unused_result));

/* Whether there is a user or one being made. */
enum req_state store_user_exists(struct req *r, int64_t id, bool *exists,
    req_step *next) __attribute__((warn_unused_result));

/* Puts the id on the list of all users. */
enum req_state store_user_list(struct req *r, int64_t id, req_step *next)
    __attribute__((warn_unused_result));
enum req_state store_user_unlist(struct req *r, int64_t id, req_step *next)
    __attribute__((warn_unused_result));

/* now      as shown; created_at and update_at
 * is_there false: the user being made is gone already */
enum req_state store_user_activate(struct req *r, int64_t id, struct span now,
    bool *is_there, req_step *next) __attribute__((warn_unused_result));

/* What tells whether somebody is the user. Many of them wait for their turn at
 * once, each with this in its memory. */
struct user_owner {
	int64_t id; /* 0: there is no such user */
	struct span login, password_hash;
};
enum req_state store_user_owner(struct req *r, int64_t id,
    struct user_owner *out, req_step *next) __attribute__((warn_unused_result));

/* What a change gives a user: names that have data (a name is never empty),
 * and the time as shown. */
struct user_change {
	struct span first_name, last_name, now;
};

/* out  as it is then; id 0: there is no such user */
enum req_state store_user_patch(struct req *r, int64_t id,
    const struct user_change *c, struct user *out, req_step *next)
    __attribute__((warn_unused_result));

/* A change of the password, too: ends every session but one. */
struct user_password {
	struct span checked; /* the hash that was found right */
	const char *hash;    /* what takes its place */
	const char *digest;  /* of the session that asks, and stays */
};

/* out  as it is then; id 0: the user or the session is gone, or the password is
 *      another one by now */
enum req_state store_user_password(struct req *r, int64_t id,
    const struct user_change *c, const struct user_password *p,
    struct user *out, req_step *next) __attribute__((warn_unused_result));

/* Ends the user and all its sessions at once; what is left to do is to release
 * its login and to unlist it. Also undoes store_user_make().
 *
 * login  {NULL, 0} when there was no such user */
enum req_state store_user_delete(struct req *r, int64_t id, struct span *login,
    req_step *next) __attribute__((warn_unused_result));

struct redisReply;

/* Store only: login, first_name, last_name, created_at, update_at into a struct
 * user; id 0: it is not there (yet). Its texts, without NUL, in the arena. */
enum err store_user_decode(
    struct arena *a, const struct redisReply *reply, struct user *u);

#endif
