/* Answering the addresses of a task:
 *
 *	fetch   what Redis remembers
 *	claim   of the rest a slice, as much as is asked for at once
 *	ask     what of it is ours, and keep the answers
 *	wait    for what another task is asking for, and claim it when that one
 *	        was stopped or its worker has fallen silent: whoever could have
 *	        that task may be waiting here, with all hands
 */
#include "worker/ingest/countries.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/geo/address_table.h"
#include "common/geo/ipinfo.h"
#include "worker/store/jobs/country_store.h"
#include "worker/store/jobs/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOOK_MS = 50,      /* at what others ask for */
	CLAIM_MORE_S = 15, /* than two batches may take */
};

static void
own_source(const struct config *config, char out[IPINFO_SOURCE_SIZE])
{
	ipinfo_source(config->ipinfo_url, out);
}

static struct span
local_source(const struct worker_setup *setup)
{
	return span_text(setup->geo ? geo_source(setup->geo) : "none");
}

enum err
countries_choose(const struct worker_setup *setup, struct bulk *b,
    struct arena *a, struct span *source, struct span *why)
{
	char own[IPINFO_SOURCE_SIZE];
	const char *copy;
	enum err e;

	*source = local_source(setup);
	*why = (struct span){ NULL, 0 };
	if (!*setup->config->ipinfo_token)
		return ERR_OK;
	e = country_away(b, a, why);
	if (e != ERR_OK || why->len > 0)
		return e;
	own_source(setup->config, own);
	copy = arena_copy(a, span_text(own));
	*source = span_of(copy, strlen(own));
	return copy ? ERR_OK : ERR_NO_MEMORY;
}

static bool
is_ipinfo(const struct worker_setup *setup, struct span source)
{
	char own[IPINFO_SOURCE_SIZE];

	if (!*setup->config->ipinfo_token)
		return false;
	own_source(setup->config, own);
	return span_is_equal(source, span_text(own));
}

bool
countries_are_ours(const struct worker_setup *setup, struct span source)
{
	return is_ipinfo(setup, source) ||
	       span_is_equal(source, local_source(setup));
}

enum err
countries_open(
    struct countries *c, const struct worker_setup *setup, struct span source)
{
	enum err e;

	*c = (struct countries){ .geo = setup->geo };
	if (!is_ipinfo(setup, source))
		return ERR_OK;
	c->table = address_table_new();
	e = c->table ? geo_open_table(&c->own, c->table) : ERR_NO_MEMORY;
	c->geo = c->own;
	return e;
}

void
countries_close(struct countries *c)
{
	geo_close(c->own);
	address_table_free(c->table);
	*c = (struct countries){ 0 };
}

/* One answering. */
struct answering {
	const struct config *config;
	const struct redis_address *redis;
	struct bulk *bulk;
	struct country_asker asker;
	struct arena arena; /* of what it knows of others */
	const _Atomic int *stop;
	struct problem *why;
	const struct address *addresses; /* all that is open */
	uint16_t *countries;
	size_t len;

	/* A slice of it: what is claimed and asked for together. */
	size_t room;
	struct address *slice;
	size_t *from; /* index of each in `addresses` */
	uint16_t *said;
	size_t slice_len;
};

static int64_t
claim_s(const struct config *c)
{
	return 2 * c->ipinfo_timeout_ms / 1000 + CLAIM_MORE_S;
}

/* The first of what is still open, from *at on. */
static void
cut_slice(struct answering *a, size_t *at)
{
	a->slice_len = 0;
	for (; *at < a->len && a->slice_len < a->room; ++*at) {
		if (a->countries[*at] != COUNTRY_OPEN)
			continue;
		a->from[a->slice_len] = *at;
		a->slice[a->slice_len++] = a->addresses[*at];
	}
}

/* Takes the answers over and leaves in the slice what is ours to ask for. */
static void
keep_ours(struct answering *a)
{
	size_t ours = 0;

	for (size_t i = 0; i < a->slice_len; i++) {
		if (a->said[i] != COUNTRY_OURS) {
			a->countries[a->from[i]] = a->said[i];
			continue;
		}
		a->slice[ours] = a->slice[i];
		a->from[ours++] = a->from[i];
	}
	a->slice_len = ours;
}

/* IPinfo cannot be had: this job ends, those after it do without. */
static enum err
give_up(struct answering *a)
{
	struct problem said = *a->why;
	const char *words = said.text[0] ? said.text : "it failed";

	problem_set(a->why, ERR_NO_COUNTRIES, "IPinfo: %s", words);
	log_warn("ingest: %s: countries come from the local tables for %lld s",
	    a->why->text, (long long)a->config->ipinfo_retry_s);
	if (country_give_up(a->bulk, a->slice, a->slice_len, a->why->text,
		a->config->ipinfo_retry_s) != ERR_OK)
		log_warn("ingest: Redis did not take a note of that");
	return ERR_NO_COUNTRIES;
}

static enum err
give_up_waiting(struct answering *a, size_t open)
{
	problem_set(a->why, ERR_NO_COUNTRIES,
	    "others ask for %zu addresses and get no answer", open);
	return give_up(a);
}

/* This worker is to stop: who waits for what it asks for need not wait for the end
 * of its claims. That is said on a connection that nobody stops. */
static void
give_back(struct answering *a)
{
	struct bulk *b = bulk_new(a->redis, NULL, a->config->redis_timeout_ms);

	if (!b ||
	    country_release(b, a->slice, a->slice_len, a->asker.who) != ERR_OK)
		log_warn(
		    "ingest: %s is still said to ask IPinfo", a->asker.who);
	bulk_free(b);
}

static enum err
ask_ours(struct answering *a)
{
	const struct ipinfo api = { a->config->ipinfo_url,
		a->config->ipinfo_token, a->config->ipinfo_timeout_ms,
		(unsigned)a->config->ipinfo_requests };
	enum err e =
	    ipinfo_ask(&api, a->slice, a->slice_len, a->said, a->stop, a->why);

	if (e == ERR_NO_COUNTRIES)
		return give_up(a);
	for (size_t i = 0; e == ERR_OK && i < a->slice_len; i++)
		a->countries[a->from[i]] = a->said[i];
	if (e != ERR_OK)
		return e;
	return country_keep(
	    a->bulk, a->slice, a->slice_len, a->said, a->config->ipinfo_ttl);
}

static enum err
ask_slice(struct answering *a)
{
	enum err e =
	    country_claim(a->bulk, a->slice, a->slice_len, &a->asker, a->said);

	if (e == ERR_OK) {
		keep_ours(a);
		if (a->slice_len > 0)
			e = ask_ours(a);
	}
	if (e == ERR_STALE || e == ERR_DRAINING)
		give_back(a);
	return e;
}

/* A moment later: whose claims are void by now? */
static enum err
look_around(struct answering *a)
{
	nanosleep(&(struct timespec){ 0, LOOK_MS * 1000000L }, NULL);
	arena_reset(&a->arena);
	return task_silent(
	    a->bulk, a->config->task_timeout_ms, &a->arena, &a->asker.silent);
}

/* One pass over all that is open. */
static enum err
ask_all(struct answering *a, size_t *open)
{
	enum err e = ERR_OK;
	size_t at = 0;

	while (e == ERR_OK && at < a->len) {
		cut_slice(a, &at);
		if (a->slice_len > 0)
			e = ask_slice(a);
	}
	*open = 0;
	for (size_t i = 0; i < a->len; i++)
		*open += a->countries[i] == COUNTRY_OPEN;
	return e;
}

static enum err
answer(struct answering *a)
{
	int64_t end_ms = clock_ms() + 2000 * claim_s(a->config);
	size_t open = a->len, before = a->len;
	enum err e = country_fetch(a->bulk, a->addresses, a->len, a->countries);

	while (e == ERR_OK) {
		e = ask_all(a, &open);
		if (e != ERR_OK || open == 0)
			break;
		if (open < before)
			end_ms = clock_ms() + 2000 * claim_s(a->config);
		before = open;
		/* A claim ends by itself, and then it is ours. Without a note of
		 * that it is not, the next job would wait as this one did. */
		if (clock_ms() > end_ms)
			e = give_up_waiting(a, open);
		else if (atomic_load(a->stop))
			e = ERR_STALE;
		else
			e = look_around(a);
	}
	return e;
}

enum err
countries_answer(struct countries *c, const struct worker_setup *setup,
    struct bulk *b, const char *who, const _Atomic int *stop, bool *is_any,
    struct problem *why)
{
	struct answering a = { .config = setup->config,
		.redis = &setup->redis,
		.bulk = b,
		.asker = { .who = who, .claim_s = claim_s(setup->config) },
		.stop = stop,
		.why = why,
		.room = IPINFO_BATCH * (size_t)setup->config->ipinfo_requests };
	enum err e = ERR_OK;

	*is_any = false;
	arena_init(&a.arena);
	if (c->table)
		e = address_table_open(c->table, &a.addresses, &a.len);
	if (e != ERR_OK || a.len == 0)
		return e;
	*is_any = true;
	a.countries = calloc(a.len, sizeof(*a.countries));
	a.slice = calloc(a.room, sizeof(*a.slice));
	a.from = calloc(a.room, sizeof(*a.from));
	a.said = calloc(a.room, sizeof(*a.said));
	e = a.countries && a.slice && a.from && a.said ? answer(&a)
						       : ERR_NO_MEMORY;
	if (e == ERR_OK)
		address_table_answer(c->table, a.countries);
	arena_reset(&a.arena);
	free(a.countries);
	free(a.slice);
	free(a.from);
	free(a.said);
	return e;
}
