/* A worker without sockets, for one request. */
#include "worker/user_add.h"
#include "common/base/text.h"
#include "worker/api/login.h"
#include "worker/context.h"
#include "worker/pool.h"
#include "worker/req.h"
#include "worker/service/user.h"
#include "worker/store/redis/redis.h"

#include <signal.h>
#include <uv.h>

enum { NAME_MAX_LENGTH = 255, PASSWORD_MAX = 1024, QUEUE_LIMIT = 16 };

struct errand {
	struct req req;
	struct worker worker;
	uv_loop_t loop;
	bool is_done;
};

static enum err
check_name(const char *what, struct span name, struct problem *why)
{
	if (!text_is_utf8(name))
		return problem_set(why, ERR_INVALID, "%s: not UTF-8", what);
	if (text_length(name) < 1 || text_length(name) > NAME_MAX_LENGTH)
		return problem_set(why, ERR_INVALID,
		    "%s: accepted are 1 to 255 characters", what);
	if (text_has_control(name))
		return problem_set(why, ERR_INVALID,
		    "%s: control characters are not allowed", what);
	return ERR_OK;
}

/* What api checks of a body, and the login in its normal form: nobody is made who
 * could not log in. */
static enum err
take_account(struct req *r, const struct account *a, struct problem *why)
{
	const char *refusal;
	enum err e = check_name("login", a->login, why);

	if (e == ERR_OK)
		e = check_name("first name", a->first_name, why);
	if (e == ERR_OK)
		e = check_name("last name", a->last_name, why);
	if (e == ERR_OK &&
	    (a->password.len < 1 || a->password.len > PASSWORD_MAX))
		e = problem_set(
		    why, ERR_INVALID, "password: accepted are 1 to 1024 bytes");
	if (e == ERR_OK && !text_is_utf8(a->password))
		e = problem_set(why, ERR_INVALID, "password: not UTF-8");
	if (e == ERR_OK)
		e = login_normalize(&r->arena, a->login, &r->in.login);
	if (e == ERR_OK)
		e = check_name("login", r->in.login, why); /* longer now? */
	if (e != ERR_OK)
		return e;
	refusal = login_refusal(r->in.login);
	if (refusal)
		return problem_set(why, ERR_INVALID, "login: %s", refusal);
	r->in.password = a->password;
	r->in.first_name = a->first_name;
	r->in.last_name = a->last_name;
	return ERR_OK;
}

static void
on_done(struct req *r)
{
	((struct errand *)r)->is_done = true;
}

static enum err
make(struct errand *errand)
{
	struct req *r = &errand->req;

	req_start(r, service_user_create);
	while (!errand->is_done)
		uv_run(&errand->loop, UV_RUN_ONCE);
	return r->out.err;
}

enum err
user_add(const struct worker_setup *setup, const struct account *a, int64_t *id,
    struct problem *why)
{
	static char client; /* stands for a connection: nobody hangs up here */
	struct errand errand = { .is_done = false };
	struct worker *w = &errand.worker;
	struct req *r = &errand.req;
	enum err e;

	signal(SIGPIPE, SIG_IGN);
	arena_init(&r->arena);
	e = take_account(r, a, why);
	if (e != ERR_OK || uv_loop_init(&errand.loop) != 0) {
		arena_reset(&r->arena);
		return e != ERR_OK ? e : ERR_INTERNAL;
	}
	w->setup = setup;
	w->loop = &errand.loop;
	w->redis = redis_open(
	    w->loop, &setup->redis, NULL, "trawl-user-add", QUEUE_LIMIT);
	w->hash_pool = req_hash_pool_new(w, 1, 1, 0);
	r->worker = w;
	r->conn = (struct conn *)&client;
	r->on_done = on_done;
	e = w->redis && w->hash_pool ? make(&errand) : ERR_NO_MEMORY;
	*id = r->row.user.id;
	redis_close(w->redis);
	pool_close(w->hash_pool);
	uv_run(&errand.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&errand.loop);
	arena_reset(&r->arena);
	return e;
}
