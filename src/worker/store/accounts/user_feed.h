#ifndef TRAWL_WORKER_STORE_ACCOUNTS_USER_FEED_H
#define TRAWL_WORKER_STORE_ACCOUNTS_USER_FEED_H

#include "worker/req.h"

/* All users from some id on, in order of id, a block at a time: ids from the sorted
 * set `users`, then their hashes, which lie in slots of their own, by as many
 * commands at once. Takes ids off the list whose users are gone. */
struct user_feed;

/* A stretch of them. */
struct user_block {
	struct user *users; /* those that exist, without passwords */
	size_t users_len;
	bool is_last; /* no ids follow */
};
enum { USER_BLOCK_MAX = 250 }; /* ids of one */

/* is_ahead  reads on while what was taken is being worked on, a few blocks and no
 *           further: Redis, who takes and the client then work at the same time
 * NULL when memory is out. */
struct user_feed *user_feed_open(
    struct worker *w, int64_t after, bool is_ahead);

/* Waits for the next block; none must have been the last. Then `next` finds it by
 * user_feed_taken().
 *
 * limit  ids to look at, USER_BLOCK_MAX at most; the same each time of a feed that
 *        reads ahead */
enum req_state user_feed_take(struct req *r, struct user_feed *f, size_t limit,
    req_step *next) __attribute__((warn_unused_result));

/* The block that was taken last; borrowed until user_feed_forget(). */
const struct user_block *user_feed_taken(const struct user_feed *f);

/* Gives back the memory of all blocks that were taken. */
void user_feed_forget(struct user_feed *f);

/* Nobody waits for it. Gone when Redis has answered what was asked. NULL is
 * allowed. */
void user_feed_close(struct user_feed *f);

#endif
