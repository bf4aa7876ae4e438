/* A remembered country is its code, "??" for none; a claim is "asked by <who>"
 * (country_claim.lua). Both end by themselves. */
#include "worker/store/jobs/country_store.h"

#include "common/geo/country.h"
#include "common/geo/ipinfo_answer.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_SIZE = ADDRESS_TEXT + 16,
	BATCH = 1000, /* keys of one command */
};

static const char away_key[] = "{countries}:away";

static void
format_key(const struct address *ip, char key[KEY_SIZE])
{
	char text[ADDRESS_TEXT];

	ipinfo_address_format(ip, text);
	snprintf(key, KEY_SIZE, "{countries}:%s", text);
}

/* A command about as many addresses as one takes. */
struct keyed {
	char (*keys)[KEY_SIZE];
	struct span *argv; /* room for a word, the keys, room for three */
	int len;           /* keys */
};

static void
keyed_cleanup(struct keyed *k)
{
	free(k->keys);
	free(k->argv);
}

static enum err
keyed_init(struct keyed *k, const struct address *addresses, size_t len)
{
	k->len = (int)len;
	k->keys = calloc(len, sizeof(*k->keys));
	k->argv = calloc(len + 4, sizeof(*k->argv));
	if (!k->keys || !k->argv)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		format_key(&addresses[i], k->keys[i]);
		k->argv[i + 1] = span_text(k->keys[i]);
	}
	return ERR_OK;
}

/* What the commands are for. */
struct call {
	struct bulk *bulk;
	const char *who; /* gives its claims back; NULL: nobody does */
	const struct country_asker *asker; /* claims; NULL: nobody does */
	uint16_t *countries; /* of the command under way; NULL: not asked */
};

static void
put_fetch(const struct call *c, const struct keyed *k)
{
	k->argv[0] = span_text("MGET");
	bulk_put(c->bulk, k->len + 1, k->argv);
}

static void
put_claim(const struct call *c, const struct keyed *k)
{
	char seconds[24];

	snprintf(
	    seconds, sizeof(seconds), "%lld", (long long)c->asker->claim_s);
	k->argv[k->len + 1] = span_text(c->asker->who);
	k->argv[k->len + 2] = span_text(seconds);
	k->argv[k->len + 3] = c->asker->silent;
	bulk_put_script(
	    c->bulk, SCRIPT_COUNTRY_CLAIM, k->len, k->len + 3, k->argv + 1);
}

static void
put_release(const struct call *c, const struct keyed *k)
{
	k->argv[k->len + 1] = span_text(c->who);
	bulk_put_script(
	    c->bulk, SCRIPT_COUNTRY_RELEASE, k->len, k->len + 1, k->argv + 1);
}

/* A country, or a claim of another's; nothing: it is ours, if it was to be. */
static enum err
on_known(size_t index, const redisReply *reply, void *arg)
{
	const struct call *c = arg;

	(void)index;
	if (!c->countries)
		return ERR_OK;
	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *one = reply->element[i];

		if (one->type == REDIS_REPLY_STRING && one->len == 2)
			c->countries[i] =
			    country_from_code(span_of(one->str, one->len));
		else if (one->type == REDIS_REPLY_STRING || !c->asker)
			c->countries[i] = COUNTRY_OPEN;
		else
			c->countries[i] = COUNTRY_OURS;
	}
	return ERR_OK;
}

typedef void put_fn(const struct call *c, const struct keyed *k);

static enum err
run_batch(
    struct call *c, put_fn *put, const struct address *addresses, size_t len)
{
	struct keyed k;
	enum err e = keyed_init(&k, addresses, len);

	if (e == ERR_OK) {
		put(c, &k);
		e = bulk_run(c->bulk, on_known, c);
	}
	keyed_cleanup(&k);
	return e;
}

static enum err
run(struct call c, put_fn *put, const struct address *addresses, size_t len)
{
	enum err e = ERR_OK;

	for (size_t at = 0; e == ERR_OK && at < len; at += BATCH) {
		e = run_batch(&c, put, addresses + at,
		    len - at < BATCH ? len - at : BATCH);
		if (c.countries)
			c.countries += BATCH;
	}
	return e;
}

enum err
country_fetch(struct bulk *b, const struct address *addresses, size_t len,
    uint16_t *countries)
{
	const struct call c = { .bulk = b, .countries = countries };

	return run(c, put_fetch, addresses, len);
}

enum err
country_claim(struct bulk *b, const struct address *addresses, size_t len,
    const struct country_asker *asker, uint16_t *countries)
{
	const struct call c = { b, NULL, asker, countries };

	return run(c, put_claim, addresses, len);
}

enum err
country_release(struct bulk *b, const struct address *addresses, size_t len,
    const char *who)
{
	const struct call c = { .bulk = b, .who = who };

	return run(c, put_release, addresses, len);
}

enum err
country_keep(struct bulk *b, const struct address *addresses, size_t len,
    const uint16_t *countries, int64_t ttl_s)
{
	char key[KEY_SIZE], code[3];

	for (size_t i = 0; i < len; i++) {
		format_key(&addresses[i], key);
		country_code(countries[i], code);
		bulk_putf(b, "SET %s %s EX %lld", key, code, (long long)ttl_s);
	}
	return bulk_run(b, NULL, NULL);
}

enum err
country_give_up(struct bulk *b, const struct address *addresses, size_t len,
    const char *why, int64_t retry_s)
{
	char key[KEY_SIZE];

	for (size_t i = 0; i < len; i++) {
		format_key(&addresses[i], key);
		bulk_putf(b, "UNLINK %s", key);
	}
	bulk_putf(b, "SET %s %s EX %lld", away_key, why, (long long)retry_s);
	return bulk_run(b, NULL, NULL);
}

struct keeping {
	struct arena *arena;
	struct span *text;
};

static enum err
on_away(size_t index, const redisReply *reply, void *arg)
{
	const struct keeping *k = arg;

	(void)index;
	return reply->type == REDIS_REPLY_STRING
		   ? reply_text(reply, k->arena, k->text)
		   : ERR_OK;
}

enum err
country_away(struct bulk *b, struct arena *a, struct span *why)
{
	struct keeping k = { a, why };

	*why = (struct span){ NULL, 0 };
	bulk_putf(b, "GET %s", away_key);
	return bulk_run(b, on_away, &k);
}
