/* Any bytes as what a client sends, in any pieces: http_parse() says the same of
 * them however TCP cuts them, and everything it hands out lies in the input.
 *
 * And a cached head says what http_parse() says of it.
 *
 * The first byte of an input seeds the cuts; the rest is sent. */
#include "fuzz.h"

#include "common/base/config.h"
#include "worker/service/session.h"
#include "worker/transport/http/head_cache.h"
#include "worker/transport/http/http.h"

#include <stdlib.h>
#include <string.h>

enum { REQUESTS_MAX = 64, WHOLE = 0 };

/* What came of one request; two ways to cut must agree on all of it. Not on which
 * error is named: of a request with two faults, that is the one seen first. */
struct outcome {
	enum http_event event;
	enum req_method method;
	size_t path_at, path_len, query_len, host_len, token_len, body_len;
	size_t end; /* in the input */
	uint32_t body_sum;
	bool keep_alive;
};

struct run {
	struct outcome outcomes[REQUESTS_MAX];
	size_t len;
};

static const struct config *
limits(void)
{
	static struct config config;

	if (config.body_limit == 0) {
		if (config_defaults(&config) != ERR_OK)
			abort();
		config.header_limit = 1024;
		config.header_count_limit = 8;
		config.target_limit = 256;
		config.body_limit = 1024;
	}
	return &config;
}

/* Pieces of 1 to 16 bytes, by a seed; WHOLE: all there is. */
static size_t
piece(uint32_t *seed, size_t left)
{
	size_t len;

	if (*seed == WHOLE)
		return left;
	*seed = *seed * 1103515245 + 12345;
	len = 1 + (*seed >> 16) % 16;
	if (*seed == WHOLE)
		*seed = 1;
	return len < left ? len : left;
}

static size_t
place(struct span s, const char *base, size_t len)
{
	if (s.len == 0)
		return 0;
	if (s.data < base || s.data + s.len > base + len)
		return SIZE_MAX; /* joined, or the "/" that was not written */
	return (size_t)(s.data - base);
}

static void
note(struct run *run, const struct http *h, const struct req *r,
    enum http_event event, const char *base, size_t end)
{
	struct outcome *o = &run->outcomes[run->len++];

	memset(o, 0, sizeof(*o));
	o->event = event;
	if (event == EVENT_BROKEN) {
		if (h->err == ERR_OK)
			abort();
		return;
	}
	o->method = r->method;
	o->path_at = place(r->path, base, end);
	o->path_len = r->path.len;
	o->query_len = r->query.len;
	o->host_len = r->host.len;
	o->token_len = r->authorization.len;
	o->body_len = r->body.len;
	if (r->body.len > (size_t)limits()->body_limit && h->is_chunked)
		abort();
	for (size_t i = 0; i < r->body.len; i++)
		o->body_sum = o->body_sum * 31 + (uint8_t)r->body.data[i];
	o->end = end;
	o->keep_alive = h->keep_alive;
}

/* Plain heads of this input, each under its place among the outcomes. */
static struct head_cache cache;

static void
keep(const struct run *run, const struct http *h, const struct req *r,
    struct span head)
{
	if (h->is_plain && r->method == METHOD_GET && r->query.len == 0)
		head_cache_keep(&cache, head, service_session_token(r), NULL,
		    (int64_t)run->len - 1);
}

/* What is told by a cached head is a message like the one that had it first, but
 * for its token. What could be none has no session. */
static void
check(const struct run *run, const struct cached_head *known, struct span token,
    size_t used, struct span message, const struct req *r)
{
	const struct outcome *then = &run->outcomes[known->path_id];
	const struct outcome *now = &run->outcomes[run->len - 1];

	if (known->after_len > 0 && !head_is_token(token))
		return;
	if (run->len == 0 || now->event != EVENT_MESSAGE ||
	    message.len != used || now->method != METHOD_GET ||
	    now->path_len != then->path_len || now->query_len > 0 ||
	    now->host_len != then->host_len || now->body_len > 0 ||
	    !now->keep_alive || !span_is_equal(service_session_token(r), token))
		abort();
}

/* The whole input stays where it is, and is given away piece by piece. */
static void
feed(struct run *run, const char *data, size_t size, uint32_t seed)
{
	struct req req = { 0 };
	struct http http;
	size_t start = 0, parsed = 0, came = 0;

	memset(&cache, 0, sizeof(cache));
	run->len = 0;
	http_init(&http, limits(), &req);
	while (came < size && run->len < REQUESTS_MAX) {
		came += piece(&seed, size - came);
		while (parsed < came) {
			size_t used = 0, known_len = 0;
			struct span token;
			const struct cached_head *known =
			    parsed == start && http_is_at_start(&http)
				? head_cache_find(&cache,
				      span_of(data + start, came - start),
				      &token, &known_len)
				: NULL;
			enum http_event event = http_parse(&http, data + start,
			    parsed - start, came - start, &used);

			parsed += used;
			/* As a connection does, before it reads the body. */
			if (event == EVENT_HEAD &&
			    http.head.content_length >
				(uint64_t)limits()->body_limit) {
				event = EVENT_BROKEN;
				http.err = ERR_BODY_TOO_LARGE;
			}
			if (event == EVENT_BROKEN || event == EVENT_MESSAGE)
				note(run, &http, &req, event, data, parsed);
			struct span message =
			    span_of(data + start, parsed - start);
			if (known != NULL)
				check(run, known, token, known_len, message,
				    &req);
			if (event == EVENT_BROKEN || run->len == REQUESTS_MAX)
				goto out;
			if (event == EVENT_MESSAGE) {
				keep(run, &http, &req, message);
				http_next(&http);
				arena_reset(&req.arena);
				memset(&req, 0, sizeof(req));
				start = parsed;
			} else if (event == EVENT_MORE && !http.has_begun) {
				start = parsed;
			} else if (event != EVENT_HEAD && used == 0) {
				abort(); /* would wait for ever */
			}
		}
	}
out:
	http_cleanup(&http);
	arena_reset(&req.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run whole, cut, bytes;

	if (size < 1)
		return 0;
	feed(&whole, (const char *)data + 1, size - 1, WHOLE);
	feed(&cut, (const char *)data + 1, size - 1, 1 + data[0]);
	feed(&bytes, (const char *)data + 1, size - 1, 77777 + data[0]);
	if (whole.len != cut.len || whole.len != bytes.len ||
	    memcmp(whole.outcomes, cut.outcomes,
		whole.len * sizeof(whole.outcomes[0])) != 0 ||
	    memcmp(whole.outcomes, bytes.outcomes,
		whole.len * sizeof(whole.outcomes[0])) != 0)
		abort();
	return 0;
}
