/*	throttle_enter  failures of the login from anywhere
 *	ask             may it be tried from here, now?
 *	judge           go on, or come back later
 */
#include "worker/service/throttle.h"
#include "common/base/cidr.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/throttle.h"

#include <arpa/inet.h>

enum { WIDER = 10 }; /* the budget of a place, and of a login, by its tries */

struct entering {
	struct throttle throttle;
	int64_t failures, wait_ms;
	req_step *next;
};

static req_step ask, judge;

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
		.block = place_of(r),
		.free = config->login_tries,
		.free_block = config->login_tries * WIDER,
		.longest_ms = config->login_delay_max_s * 1000,
	};
}

enum req_state
throttle_enter(struct req *r, struct span login, req_step *next)
{
	struct entering *e = arena_alloc(&r->arena, sizeof(*e));

	if (!e)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = e;
	e->throttle = throttle_of(r, login);
	e->next = next;
	if (!e->throttle.block.data)
		return req_fail(r, ERR_NO_MEMORY);
	return store_throttle_login(r, &e->throttle, &e->failures, ask);
}

static enum req_state
ask(struct req *r)
{
	struct entering *e = r->chain;

	return store_throttle_ask(r, &e->throttle,
	    e->failures >= e->throttle.free_block, &e->wait_ms, judge);
}

static enum req_state
judge(struct req *r)
{
	struct entering *e = r->chain;

	if (e->wait_ms == 0)
		return e->next(r);
	r->out.retry_after_s = (int)((e->wait_ms + 999) / 1000);
	return req_fail(r, ERR_TOO_MANY);
}

enum req_state
throttle_failed(struct req *r, struct span login, req_step *next)
{
	struct throttle t = throttle_of(r, login);

	if (!t.block.data)
		return req_fail(r, ERR_NO_MEMORY);
	return store_throttle_fail(r, &t, next);
}

enum req_state
throttle_passed(struct req *r, struct span login, req_step *next)
{
	struct throttle t = throttle_of(r, login);

	if (!t.block.data)
		return req_fail(r, ERR_NO_MEMORY);
	return store_throttle_pass(r, &t, next);
}
