/* What a try has counted is told by what Redis answered, so that it can be taken
 * back whenever the request ends. */
#include "worker/service/throttle.h"
#include "common/base/cidr.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/accounts/throttle.h"

#include <arpa/inet.h>

enum {
	WIDER = 10, /* the budget of a place, and of a login, by its tries */
	NOT_COUNTED = -1,
};

enum verdict { UNTRIED, WRONG, RIGHT };

struct throttle_try {
	struct worker *worker;
	struct throttle throttle;
	int64_t failures; /* before; NOT_COUNTED by the login */
	int64_t wait_ms;  /* 0: counted by the place */
	enum verdict verdict;
	bool is_passed;
};

/* The place a client is at; who has an IPv6 address has the other 2^64 of its
 * network, too. {NULL, 0} when memory is out. */
static struct span
place_of(struct req *r)
{
	struct span client = span_text(r->client);
	char network[INET6_ADDRSTRLEN];
	struct cidr block;

	if (!strchr(r->client, ':'))
		return span_text(arena_copy(&r->arena, client));
	if (!cidr_parse(span_text(arena_printf(&r->arena, "%s/64", r->client)),
		&block) ||
	    !inet_ntop(AF_INET6, &block.network, network, sizeof(network)))
		return span_of(NULL, 0);
	return span_text(arena_printf(&r->arena, "%s/64", network));
}

static struct throttle
throttle_of(struct req *r, struct span login)
{
	const struct config *config = r->worker->setup->config;

	return (struct throttle){
		.login = login,
		.place = place_of(r),
		.free = config->login_tries,
		.free_place = config->login_tries * WIDER,
		.longest_ms = config->login_delay_max_s * 1000,
	};
}

/* A worker that ends may have no Redis any more to tell: what it was trying has
 * failed then, for an hour. */
static void
end(void *arg)
{
	struct throttle_try *t = arg;

	if (t->verdict != WRONG && !t->is_passed && !t->worker->is_draining)
		store_throttle_back(t->worker, &t->throttle,
		    t->failures != NOT_COUNTED, t->wait_ms == 0);
}

enum req_state
throttle_begin(
    struct req *r, struct span login, struct throttle_try **out, req_step *next)
{
	struct throttle_try *t = arena_alloc(&r->arena, sizeof(*t));

	if (!t || arena_on_reset(&r->arena, end, t) < 0)
		return req_fail(r, ERR_NO_MEMORY);
	t->worker = r->worker;
	t->throttle = throttle_of(r, login);
	t->failures = t->wait_ms = NOT_COUNTED;
	if (!t->throttle.place.data)
		return req_fail(r, ERR_NO_MEMORY);
	*out = t;
	return store_throttle_login(r, &t->throttle, &t->failures, next);
}

enum req_state
throttle_ask(struct req *r, struct throttle_try *t, req_step *next)
{
	return store_throttle_try(r, &t->throttle,
	    t->failures >= t->throttle.free_place, &t->wait_ms, next);
}

bool
throttle_allows(const struct throttle_try *t)
{
	return t->wait_ms == 0;
}

enum req_state
throttle_refuse(struct req *r, const struct throttle_try *t)
{
	r->out.retry_after_s = (int)((t->wait_ms + 999) / 1000);
	return req_fail(r, ERR_TOO_MANY);
}

void
throttle_judge(struct throttle_try *t, bool is_right)
{
	t->verdict = is_right ? RIGHT : WRONG;
}

enum req_state
throttle_failed(struct req *r, struct throttle_try *t, req_step *next)
{
	return store_throttle_fail(r, &t->throttle, next);
}

void
throttle_passed(struct throttle_try *t)
{
	store_throttle_pass(t->worker, &t->throttle);
	t->is_passed = true;
}
