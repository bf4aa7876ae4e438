#ifndef TRAWL_WORKER_STORE_USER_PAGE_H
#define TRAWL_WORKER_STORE_USER_PAGE_H

#include "worker/req.h"

/* A stretch of the list of all users, in order of id. */
struct user_page {
	int64_t after; /* in: ids above this one */
	size_t limit;  /* in: ids to look at, USER_PAGE_MAX at most */
	int64_t *ids;  /* out of store_user_page_ids */
	size_t ids_len;
	struct user *users; /* out of store_user_page_read: those that */
	size_t users_len;   /* exist, without passwords */
};
enum { USER_PAGE_MAX = 500 };

/* First the ids. */
enum req_state store_user_page_ids(struct req *r, struct user_page *page,
    req_step *next) __attribute__((warn_unused_result));

/* Then, if there are any, their users. Takes ids off the list whose users are
 * gone. */
enum req_state store_user_page_read(struct req *r, struct user_page *page,
    req_step *next) __attribute__((warn_unused_result));

#endif
