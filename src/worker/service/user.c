/* PATCH and DELETE of a user, and who may. */
#include "worker/service/user.h"
#include "worker/context.h"
#include "worker/service/clock.h"
#include "worker/store/accounts/login.h"
#include "worker/store/accounts/user.h"

enum err
service_user_permit_create(struct req *r)
{
	return strcmp(r->worker->setup->config->registration, "closed") == 0
		   ? ERR_REGISTRATION_CLOSED
		   : ERR_OK;
}

enum err
service_user_permit_own(struct req *r)
{
	return r->path_id == r->session.user_id ? ERR_OK : ERR_FORBIDDEN;
}

/* PATCH /user/{id} without a password; with one: password_change.c
 *
 *	service_user_patch  change what was given, unless the user is gone
 *	patched             answer with all of it
 */
static req_step patched;

enum req_state
service_user_patch(struct req *r)
{
	struct user_change change = {
		.first_name = r->in.first_name,
		.last_name = r->in.last_name,
		.now = clock_text(r),
	};

	if (r->in.password.data)
		return service_password_change(r);
	if (!change.now.data)
		return req_fail(r, ERR_NO_MEMORY);
	return store_user_patch(
	    r, r->session.user_id, &change, &r->row.user, patched);
}

static enum req_state
patched(struct req *r)
{
	/* Deleted since the session was looked up: its tokens are dead. */
	if (r->row.user.id == 0)
		return req_fail(r, ERR_NO_SESSION);
	return req_done(r);
}

/* DELETE /user/{id}
 *
 *	service_user_delete  the user and its sessions, at once
 *	release              its login is free
 *	unlist               off the list
 */
static req_step release, unlist;

enum req_state
service_user_delete(struct req *r)
{
	return store_user_delete(
	    r, r->session.user_id, &r->row.user.login, release);
}

static enum req_state
release(struct req *r)
{
	if (!r->row.user.login.data)
		return unlist(r);
	return store_login_release(
	    r, r->row.user.login, r->session.user_id, unlist);
}

static enum req_state
unlist(struct req *r)
{
	return store_user_unlist(r, r->session.user_id, req_done);
}
