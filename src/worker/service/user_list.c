/* GET /user/all: users by id, a page or all of them. All of them are an answer in
 * pieces, one page each: its memory is that of a page, and the next is read when
 * the client has taken this one.
 *
 *	service_user_list  where it begins
 *	next_page          the next ids of the list
 *	read_page          their users; none left: answer
 *	collect            enough, or a piece: answer, else the next page
 */
#include "worker/service/user.h"
#include "worker/store/user_page.h"

static req_step next_page, read_page, collect;

struct listing {
	struct user_page page;
	size_t wanted; /* one more than is shown tells whether there are more */
	size_t size;   /* of row.users */
};

enum req_state
service_user_list(struct req *r)
{
	struct listing *l = arena_alloc(&r->arena, sizeof(*l));

	if (!l)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = l;
	l->wanted = r->in.is_paged ? (size_t)r->in.limit + 1 : USER_PAGE_MAX;
	l->page.after = r->in.after;
	return next_page(r);
}

static enum req_state
next_page(struct req *r)
{
	struct listing *l = r->chain;
	size_t missing = l->wanted - r->row.users_len;

	l->page.limit = missing < USER_PAGE_MAX ? missing : USER_PAGE_MAX;
	return store_user_page_ids(r, &l->page, read_page);
}

static enum req_state
read_page(struct req *r)
{
	struct listing *l = r->chain;

	if (l->page.ids_len == 0)
		return req_done(r);
	return store_user_page_read(r, &l->page, collect);
}

/* Room for a page more. Doubled, so that all the copies together are no more
 * than the list itself. */
static bool
grow(struct req *r, struct listing *l)
{
	size_t needed = r->row.users_len + l->page.users_len;
	struct user *grown;

	if (needed <= l->size)
		return true;
	l->size = needed > 2 * l->size ? needed : 2 * l->size;
	grown = arena_alloc(&r->arena, l->size * sizeof(*grown));
	if (!grown)
		return false;
	for (size_t i = 0; i < r->row.users_len; i++)
		grown[i] = r->row.users[i];
	r->row.users = grown;
	return true;
}

static enum req_state
collect(struct req *r)
{
	struct listing *l = r->chain;
	int64_t last = l->page.ids[l->page.ids_len - 1];

	if (!grow(r, l))
		return req_fail(r, ERR_NO_MEMORY);
	for (size_t i = 0; i < l->page.users_len; i++)
		r->row.users[r->row.users_len++] = l->page.users[i];
	if (!r->in.is_paged) {
		r->in.after = last;
		if (l->page.ids_len == l->page.limit)
			r->out.more = service_user_list;
		return req_done(r);
	}
	l->page.after = last;
	if (r->row.users_len == l->wanted) {
		r->row.users_len--;
		r->row.has_more_users = true;
		return req_done(r);
	}
	/* Some may have been gone; fewer ids than were asked for are the last. */
	return l->page.ids_len == l->page.limit ? next_page(r) : req_done(r);
}
