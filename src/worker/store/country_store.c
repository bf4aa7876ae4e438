/* A remembered country is its code, "??" for none; a claim is "asked by <who>".
 * Both end by themselves. */
#include "worker/store/country_store.h"

#include "common/geo/country.h"
#include "common/geo/ipinfo_answer.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_SIZE = ADDRESS_TEXT + 16,
	BATCH = 1000, /* keys of one MGET, commands of one batch */
	CLAIM_TEXT = COUNTRY_WHO + 16,
};

static const char claim_start[] = "asked by ";

static const char away_key[] = "{countries}:away";

static void
format_key(const struct address *ip, char key[KEY_SIZE])
{
	char text[ADDRESS_TEXT];

	ipinfo_address_format(ip, text);
	snprintf(key, KEY_SIZE, "{countries}:%s", text);
}

/* Where answers go, and how this asker signs. */
struct reading {
	uint16_t *countries;
	const char *claim; /* NULL: claims nothing */
};

static bool
is_claim(struct span text)
{
	size_t len = sizeof(claim_start) - 1;

	return text.len > len && memcmp(text.data, claim_start, len) == 0;
}

/* What is neither a code nor a claim, nobody here has written: it is asked for. */
static enum err
read_one(const struct reading *r, const redisReply *reply, uint16_t *out)
{
	struct span text;

	if (reply->type == REDIS_REPLY_NIL) {
		*out = r->claim ? COUNTRY_OURS : COUNTRY_OPEN;
		return ERR_OK;
	}
	if (reply->type != REDIS_REPLY_STRING)
		return ERR_CORRUPT;
	text = span_of(reply->str, reply->len);
	if (text.len == 2)
		*out = country_from_code(text);
	else if (r->claim &&
		 (!is_claim(text) || span_is_equal(text, span_text(r->claim))))
		*out = COUNTRY_OURS;
	else
		*out = COUNTRY_OPEN;
	return ERR_OK;
}

static enum err
on_fetched(size_t index, const redisReply *reply, void *arg)
{
	const struct reading *r = arg;
	enum err e = ERR_OK;

	(void)index;
	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	for (size_t i = 0; e == ERR_OK && i < reply->elements; i++)
		e = read_one(r, reply->element[i], &r->countries[i]);
	return e;
}

static enum err
fetch_batch(struct bulk *b, const struct address *addresses, size_t len,
    uint16_t *countries)
{
	struct reading r = { countries, NULL };
	char(*keys)[KEY_SIZE] = calloc(len, sizeof(*keys));
	struct span *argv = calloc(len + 1, sizeof(*argv));
	enum err e = ERR_NO_MEMORY;

	if (keys && argv) {
		argv[0] = span_text("MGET");
		for (size_t i = 0; i < len; i++) {
			format_key(&addresses[i], keys[i]);
			argv[i + 1] = span_text(keys[i]);
		}
		bulk_put(b, (int)len + 1, argv);
		e = bulk_run(b, on_fetched, &r);
	}
	free(keys);
	free(argv);
	return e;
}

enum err
country_fetch(struct bulk *b, const struct address *addresses, size_t len,
    uint16_t *countries)
{
	enum err e = ERR_OK;

	for (size_t at = 0; e == ERR_OK && at < len; at += BATCH)
		e = fetch_batch(b, addresses + at,
		    len - at < BATCH ? len - at : BATCH, countries + at);
	return e;
}

static enum err
on_claimed(size_t index, const redisReply *reply, void *arg)
{
	const struct reading *r = arg;

	return read_one(r, reply, &r->countries[index]);
}

enum err
country_claim(struct bulk *b, const struct address *addresses, size_t len,
    const char *who, int64_t claim_s, uint16_t *countries)
{
	char claim[CLAIM_TEXT], key[KEY_SIZE];
	struct reading r = { countries, claim };

	snprintf(claim, sizeof(claim), "%s%s", claim_start, who);
	for (size_t i = 0; i < len; i++) {
		format_key(&addresses[i], key);
		bulk_putf(b, "SET %s %s NX GET EX %lld", key, claim,
		    (long long)claim_s);
	}
	return bulk_run(b, on_claimed, &r);
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
	const char *copy;

	(void)index;
	if (reply->type != REDIS_REPLY_STRING)
		return ERR_OK;
	copy = arena_copy(k->arena, span_of(reply->str, reply->len));
	*k->text = span_of(copy, reply->len);
	return copy ? ERR_OK : ERR_NO_MEMORY;
}

enum err
country_away(struct bulk *b, struct arena *a, struct span *why)
{
	struct keeping k = { a, why };

	*why = (struct span){ NULL, 0 };
	bulk_putf(b, "GET %s", away_key);
	return bulk_run(b, on_away, &k);
}
