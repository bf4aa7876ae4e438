/* Batches on libcurl's multi interface: as many at once as are allowed, each on
 * its own handle, which is used again for the next one. */
#include "common/geo/ipinfo.h"

#include "common/geo/ipinfo_answer.h"

#include <curl/curl.h>
#include <sodium.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	WAIT_MS = 100, /* between two looks at `stop` */
	ANSWER_MOST = 1 << 20,
	URL_SIZE = 2048 + 16,
	HEADER_SIZE = 255 + 32,
	QUESTION_SIZE = ADDRESS_TEXT + 12, /* "...\/country", */
};

/* A batch under way. */
struct call {
	CURL *easy;        /* NULL: none is */
	size_t first, len; /* of the addresses */
	char *question;
	char *answer;
	size_t answer_len;
	char error[CURL_ERROR_SIZE];
};

struct asking {
	const struct ipinfo *api;
	const struct address *addresses;
	size_t len, next; /* the first that no batch has yet */
	uint16_t *countries;
	struct problem *why;
	CURLM *multi;
	struct curl_slist *headers;
	char url[URL_SIZE];
	struct call calls[IPINFO_REQUESTS];
	unsigned running;
};

static size_t
on_data(char *data, size_t size, size_t count, void *arg)
{
	struct call *c = arg;
	size_t len = size * count;

	if (len > ANSWER_MOST - c->answer_len)
		return 0; /* which ends it with CURLE_WRITE_ERROR */
	memcpy(c->answer + c->answer_len, data, len);
	c->answer_len += len;
	return len;
}

static void
write_question(
    const struct address *addresses, size_t len, char *out, size_t size)
{
	char text[ADDRESS_TEXT];
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		ipinfo_address_format(&addresses[i], text);
		at += (size_t)snprintf(out + at, size - at, "%s\"%s/country\"",
		    i ? "," : "[", text);
	}
	snprintf(out + at, size - at, "]");
}

static bool
set_options(struct asking *a, struct call *c)
{
	CURL *easy = c->easy;
	long timeout_ms = (long)a->api->timeout_ms;
	CURLcode bad = CURLE_OK;

	bad |= curl_easy_setopt(easy, CURLOPT_URL, a->url);
	bad |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, a->headers);
	bad |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "trawl");
	bad |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, c->question);
	bad |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
	bad |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
	bad |= curl_easy_setopt(easy, CURLOPT_PRIVATE, c);
	bad |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, c->error);
	bad |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	/* A signal would be every thread's. */
	bad |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	return bad == CURLE_OK;
}

static bool
call_open(struct asking *a, struct call *c)
{
	c->easy = curl_easy_init();
	c->question = malloc(IPINFO_BATCH * QUESTION_SIZE + 4);
	c->answer = malloc(ANSWER_MOST);
	return c->easy && c->question && c->answer && set_options(a, c);
}

static void
call_close(struct asking *a, struct call *c)
{
	if (c->easy) {
		curl_multi_remove_handle(a->multi, c->easy);
		curl_easy_cleanup(c->easy);
	}
	free(c->question);
	free(c->answer);
}

static enum err
call_start(struct asking *a, struct call *c)
{
	size_t rest = a->len - a->next;

	c->first = a->next;
	c->len = rest < IPINFO_BATCH ? rest : IPINFO_BATCH;
	c->answer_len = 0;
	c->error[0] = '\0';
	write_question(a->addresses + c->first, c->len, c->question,
	    IPINFO_BATCH * QUESTION_SIZE + 4);
	if (curl_multi_add_handle(a->multi, c->easy) != CURLM_OK)
		return ERR_NO_MEMORY;
	a->next += c->len;
	a->running++;
	return ERR_OK;
}

/* What came of a batch. */
static enum err
judge(struct asking *a, const struct call *c, CURLcode result)
{
	long status = 0;

	if (result == CURLE_OPERATION_TIMEDOUT)
		return problem_set(a->why, ERR_NO_COUNTRIES,
		    "no answer within %ld ms", (long)a->api->timeout_ms);
	if (result != CURLE_OK)
		return problem_set(a->why, ERR_NO_COUNTRIES, "%s",
		    *c->error ? c->error : curl_easy_strerror(result));
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return problem_set(
		    a->why, ERR_NO_COUNTRIES, "HTTP status %ld", status);
	return ipinfo_answer_read(span_of(c->answer, c->answer_len),
	    a->addresses + c->first, c->len, a->countries + c->first, a->why);
}

/* Judges what has ended and gives its handle the next batch. */
static enum err
collect(struct asking *a)
{
	enum err e = ERR_OK;
	CURLMsg *m;
	int left;

	while (e == ERR_OK && (m = curl_multi_info_read(a->multi, &left))) {
		CURLcode result = m->data.result;
		CURL *easy = m->easy_handle;
		struct call *c;

		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &c);
		curl_multi_remove_handle(a->multi, easy);
		a->running--;
		e = judge(a, c, result);
		if (e == ERR_OK && a->next < a->len)
			e = call_start(a, c);
	}
	return e;
}

static enum err
run(struct asking *a, const _Atomic int *stop)
{
	enum err e = ERR_OK;
	int active;

	for (unsigned i = 0; i < a->api->requests && i < IPINFO_REQUESTS; i++) {
		if (e != ERR_OK || a->next == a->len)
			break;
		e = call_open(a, &a->calls[i]) ? call_start(a, &a->calls[i])
					       : ERR_NO_MEMORY;
	}
	while (e == ERR_OK && a->running > 0) {
		if (stop && atomic_load(stop))
			return ERR_STALE;
		if (curl_multi_perform(a->multi, &active) != CURLM_OK)
			return ERR_NO_MEMORY;
		e = collect(a);
		if (e == ERR_OK && a->running > 0 &&
		    curl_multi_poll(a->multi, NULL, 0, WAIT_MS, NULL) !=
			CURLM_OK)
			e = ERR_NO_MEMORY;
	}
	return e;
}

static bool
open_asking(struct asking *a)
{
	const char *url = a->api->url;
	size_t len = strlen(url);
	char header[HEADER_SIZE];
	struct curl_slist *all;

	while (len > 0 && url[len - 1] == '/')
		len--;
	snprintf(a->url, sizeof(a->url), "%.*s/batch", (int)len, url);
	snprintf(
	    header, sizeof(header), "Authorization: Bearer %s", a->api->token);
	a->multi = curl_multi_init();
	a->headers = curl_slist_append(NULL, "Content-Type: application/json");
	all = a->headers ? curl_slist_append(a->headers, header) : NULL;
	sodium_memzero(header, sizeof(header));
	return a->multi && all;
}

enum err
ipinfo_ask(const struct ipinfo *api, const struct address *addresses,
    size_t len, uint16_t *countries, const _Atomic int *stop,
    struct problem *why)
{
	struct asking *a = calloc(1, sizeof(*a));
	enum err e = ERR_NO_MEMORY;

	if (!a)
		return e;
	a->api = api;
	a->addresses = addresses;
	a->len = len;
	a->countries = countries;
	a->why = why;
	if (open_asking(a))
		e = run(a, stop);
	for (size_t i = 0; i < IPINFO_REQUESTS; i++)
		call_close(a, &a->calls[i]);
	curl_slist_free_all(a->headers);
	curl_multi_cleanup(a->multi);
	free(a);
	return e;
}

void
ipinfo_source(const char *url, char out[IPINFO_SOURCE_SIZE])
{
	uint8_t digest[crypto_generichash_BYTES_MIN];

	crypto_generichash(
	    digest, sizeof(digest), (const uint8_t *)url, strlen(url), NULL, 0);
	snprintf(out, IPINFO_SOURCE_SIZE, "ipinfo %02x%02x%02x%02x", digest[0],
	    digest[1], digest[2], digest[3]);
}
