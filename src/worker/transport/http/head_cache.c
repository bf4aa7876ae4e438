/* Three words say where a head would be. They lie behind the method, before any
 * token could begin. */
#include "worker/transport/http/head_cache.h"

#include <string.h>

enum {
	KEY_AT = 8, /* behind "GET /abc": what tells paths apart */
	KEY_LEN = 24,
	TOKEN_MAX = 64, /* what is longer is none */
};

static uint64_t
word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Never 0. Who makes up heads of one key only has them read in the usual way. */
static uint64_t
key_of(const char *head)
{
	const char *at = head + KEY_AT;
	uint64_t key = word_at(at) * UINT64_C(0x9e3779b97f4a7c15);

	key =
	    (key ^ key >> 32 ^ word_at(at + 8)) * UINT64_C(0xbf58476d1ce4e5b9);
	key =
	    (key ^ key >> 32 ^ word_at(at + 16)) * UINT64_C(0x94d049bb133111eb);
	return key | 1;
}

/* The lowest bit is always set. */
static size_t
set_of(uint64_t key)
{
	return key >> 32 & (HEAD_CACHE_SETS - 1);
}

static struct cached_head *
place_for(struct head_cache *c, uint64_t key)
{
	struct head_cache_set *set = &c->sets[set_of(key)];
	unsigned i = set->next++ % HEAD_CACHE_PLACES;

	set->keys[i] = key;
	return &set->heads[i];
}

/* Whether they begin with it; sets *token. */
static bool
is_it(const struct cached_head *h, struct span bytes, struct span *token)
{
	const char *at = bytes.data + h->before_len;
	size_t left = bytes.len - h->before_len;
	const char *end;

	*token = span_of(at, 0);
	if (bytes.len < (size_t)h->before_len + h->after_len ||
	    memcmp(bytes.data, h->bytes, h->before_len) != 0)
		return false;
	if (h->after_len == 0)
		return true;
	end = memchr(at, '\r', left < TOKEN_MAX ? left : TOKEN_MAX);
	if (end == NULL || left - (size_t)(end - at) < h->after_len)
		return false;
	token->len = (size_t)(end - at);
	return memcmp(end, h->bytes + h->before_len, h->after_len) == 0;
}

const struct cached_head *
head_cache_find(const struct head_cache *c, struct span bytes,
    struct span *token, size_t *used)
{
	const struct head_cache_set *set;
	uint64_t key;

	if (!c->has_any || bytes.len < KEY_AT + KEY_LEN)
		return NULL;
	key = key_of(bytes.data);
	set = &c->sets[set_of(key)];
	for (unsigned i = 0; i < HEAD_CACHE_PLACES; i++) {
		const struct cached_head *h = &set->heads[i];

		if (set->keys[i] != key || !is_it(h, bytes, token))
			continue;
		*used = (size_t)h->before_len + token->len + h->after_len;
		return h;
	}
	return NULL;
}

void
head_cache_keep(struct head_cache *c, struct span head, struct span token,
    const struct route *route, int64_t path_id)
{
	size_t before =
	    token.len > 0 ? (size_t)(token.data - head.data) : head.len;
	size_t after = head.len - before - token.len, used;
	const char *rest = head.data + before + token.len;
	struct cached_head *h;
	struct span found;

	if (before < KEY_AT + KEY_LEN || before + after > HEAD_CACHE_MAX ||
	    (after > 0 && *rest != '\r') ||
	    head_cache_find(c, head, &found, &used) != NULL)
		return;
	h = place_for(c, key_of(head.data));
	c->has_any = true;
	h->route = route;
	h->path_id = path_id;
	h->before_len = (uint16_t)before;
	h->after_len = (uint16_t)after;
	memcpy(h->bytes, head.data, before);
	memcpy(h->bytes + before, rest, after);
}
