/* GET /user/all: users by id, a page or all of them. All of them are an answer in
 * pieces, one block of users each: its memory is that of a few blocks, since no
 * more are read ahead of the client.
 *
 *	service_user_list  where it begins
 *	show, next_piece   all: a block, and when it is taken the next one
 *	next_block         a page: what is missing to it
 *	collect            enough: answer, else the next block
 */
#include "worker/service/user.h"
#include "worker/store/accounts/user_feed.h"

static req_step show, collect;

/* Of a page: one more than is shown tells whether there are more. */
static size_t
wanted(const struct req *r)
{
	return (size_t)r->in.limit + 1;
}

static void
close_feed(void *feed)
{
	user_feed_close(feed);
}

static enum req_state
next_block(struct req *r)
{
	size_t missing = wanted(r) - r->row.users_len;

	return user_feed_take(r, r->lasting,
	    missing < USER_BLOCK_MAX ? missing : USER_BLOCK_MAX, collect);
}

enum req_state
service_user_list(struct req *r)
{
	struct user_feed *feed =
	    user_feed_open(r->worker, r->in.after, !r->in.is_paged);

	if (!feed)
		return req_fail(r, ERR_NO_MEMORY);
	r->lasting = feed;
	r->end_lasting = close_feed;
	if (!r->in.is_paged)
		return user_feed_take(r, feed, USER_BLOCK_MAX, show);
	r->row.users =
	    arena_alloc(&r->arena, wanted(r) * sizeof(r->row.users[0]));
	if (!r->row.users)
		return req_fail(r, ERR_NO_MEMORY);
	return next_block(r);
}

static enum req_state
next_piece(struct req *r)
{
	user_feed_forget(r->lasting);
	return user_feed_take(r, r->lasting, USER_BLOCK_MAX, show);
}

static enum req_state
show(struct req *r)
{
	const struct user_block *b = user_feed_taken(r->lasting);

	r->row.users = b->users;
	r->row.users_len = b->users_len;
	if (!b->is_last)
		r->out.more = next_piece;
	return req_done(r);
}

static enum req_state
collect(struct req *r)
{
	const struct user_block *b = user_feed_taken(r->lasting);

	for (size_t i = 0; i < b->users_len; i++)
		r->row.users[r->row.users_len++] = b->users[i];
	if (r->row.users_len == wanted(r)) {
		r->row.users_len--;
		r->row.has_more_users = true;
		return req_done(r);
	}
	/* Some may have been gone; fewer ids than were asked for are the last. */
	return b->is_last ? req_done(r) : next_block(r);
}
