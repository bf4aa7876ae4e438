/* Partials and reduced shards on their way through Redis. A merge needs one
 * section of every partial: first come the headers, which say where the
 * sections lie, then the sections by GETRANGE, as many at a time as fit
 * WINDOW_BYTES. */
#include "worker/store/jobs/partial_store.h"

#include "common/shoplog/tally/partial.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LIFETIME_S = 86400,
	KEY_SIZE = 80,
	HEADER_BATCH = 1024, /* headers in one batch */
	WINDOW_BYTES = 16 * 1024 * 1024,
};

/* Where the two stretches lie that a merge needs of one partial. */
struct place {
	uint64_t names, names_len;
	uint64_t section, section_len; /* 0: the partial is not there */
};

static void
format_key(char key[KEY_SIZE], int64_t job, int64_t index)
{
	if (index == PARTIAL_TAIL)
		snprintf(
		    key, KEY_SIZE, "{logs}:job:%" PRId64 ":partial:tail", job);
	else
		snprintf(key, KEY_SIZE,
		    "{logs}:job:%" PRId64 ":partial:%" PRId64, job, index);
}

void
partial_put(struct bulk *b, int64_t job, int64_t index, struct span bytes)
{
	char key[KEY_SIZE], lifetime[16];

	format_key(key, job, index);
	snprintf(lifetime, sizeof(lifetime), "%d", LIFETIME_S);
	const struct span argv[] = { span_text("SET"), span_text(key), bytes,
		span_text("EX"), span_text(lifetime) };
	bulk_put(b, 5, argv);
}

static enum err
place_of(struct span header, int section, struct place *out)
{
	struct partial_layout layout;
	enum err e = partial_layout(header, &layout);
	uint64_t end;

	if (e != ERR_OK)
		return e;
	out->names = layout.names;
	out->names_len = layout.common - layout.names;
	if (section == PARTIAL_COMMON) {
		out->section = layout.common;
		end = layout.shard[0];
	} else {
		out->section = layout.shard[section];
		end = section + 1 < SHARDS ? layout.shard[section + 1]
					   : layout.end;
	}
	out->section_len = end - out->section;
	return ERR_OK;
}

struct headers {
	struct place *places;
	int section;
};

static enum err
on_header(size_t index, const redisReply *reply, void *arg)
{
	struct headers *h = arg;

	if (reply->type != REDIS_REPLY_STRING)
		return ERR_CORRUPT;
	if (reply->len == 0)
		return ERR_OK;
	return place_of(
	    span_of(reply->str, reply->len), h->section, &h->places[index]);
}

/* places  of partials first to first + count - 1; they stay zeros for one that
 *         is not there */
static enum err
fetch_places(struct bulk *b, int64_t job, int64_t first, size_t count,
    int section, struct place *places)
{
	struct headers h = { places, section };
	char key[KEY_SIZE];

	for (size_t i = 0; i < count; i++) {
		format_key(key, job,
		    first == PARTIAL_TAIL ? first : first + (int64_t)i);
		bulk_putf(b, "GETRANGE %s 0 %d", key, PARTIAL_HEADER_SIZE - 1);
	}
	return bulk_run(b, on_header, &h);
}

struct sections {
	const struct place *places;
	struct span names; /* borrowed from the reply before */
	partial_fn *fn;
	void *arg;
};

/* Two replies a partial: its names, then its section. All replies of a batch
 * live until the last has been handed over. */
static enum err
on_stretch(size_t index, const redisReply *reply, void *arg)
{
	struct sections *s = arg;
	const struct place *place = &s->places[index / 2];
	uint64_t want = index % 2 ? place->section_len : place->names_len;
	struct span bytes;

	if (reply->type != REDIS_REPLY_STRING || (uint64_t)reply->len != want)
		return ERR_CORRUPT;
	bytes = span_of(reply->str, reply->len);
	if (index % 2 == 0) {
		s->names = bytes;
		return ERR_OK;
	}
	return s->fn(s->names, bytes, s->arg);
}

static void
put_range(struct bulk *b, const char *key, uint64_t from, uint64_t len)
{
	/* An empty range cannot be said: this one is behind any end. */
	if (len == 0)
		bulk_putf(b, "GETRANGE %s 1 0", key);
	else
		bulk_putf(b, "GETRANGE %s %lld %lld", key, (long long)from,
		    (long long)(from + len - 1));
}

/* The sections of partials first on, `count` of them. */
static enum err
fetch_window(struct bulk *b, int64_t job, int64_t first, size_t count,
    const struct place *places, partial_fn *fn, void *arg)
{
	struct sections s = { places, { NULL, 0 }, fn, arg };
	char key[KEY_SIZE];

	for (size_t i = 0; i < count; i++) {
		format_key(key, job,
		    first == PARTIAL_TAIL ? first : first + (int64_t)i);
		put_range(b, key, places[i].names, places[i].names_len);
		put_range(b, key, places[i].section, places[i].section_len);
	}
	return bulk_run(b, on_stretch, &s);
}

/* How many partials from the first on fit the window; one always does. */
static size_t
window(const struct place *places, size_t count)
{
	uint64_t bytes = 0;
	size_t n = 0;

	while (n < count) {
		bytes += places[n].names_len + places[n].section_len;
		if (n > 0 && bytes > WINDOW_BYTES)
			break;
		n++;
	}
	return n;
}

static enum err
fetch_batch(struct bulk *b, int64_t job, uint32_t first, size_t count,
    int section, struct place *places, partial_fn *fn, void *arg)
{
	enum err e;

	memset(places, 0, count * sizeof(*places));
	e = fetch_places(b, job, first, count, section, places);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		if (places[i].section == 0)
			e = ERR_CORRUPT;
	for (size_t at = 0; e == ERR_OK && at < count;) {
		size_t n = window(places + at, count - at);

		e = fetch_window(
		    b, job, (int64_t)(first + at), n, places + at, fn, arg);
		at += n;
	}
	return e;
}

enum err
partial_fetch(struct bulk *b, int64_t job, uint32_t count, int section,
    partial_fn *fn, void *arg)
{
	struct place *places = calloc(HEADER_BATCH, sizeof(*places));
	enum err e = ERR_OK;

	if (!places)
		return ERR_NO_MEMORY;
	for (uint32_t at = 0; e == ERR_OK && at < count;) {
		size_t n =
		    count - at < HEADER_BATCH ? count - at : HEADER_BATCH;

		e = fetch_batch(b, job, at, n, section, places, fn, arg);
		at += (uint32_t)n;
	}
	free(places);
	return e;
}

enum err
partial_fetch_tail(
    struct bulk *b, int64_t job, int section, partial_fn *fn, void *arg)
{
	struct place place = { 0 };
	enum err e = fetch_places(b, job, PARTIAL_TAIL, 1, section, &place);

	if (e != ERR_OK || place.section == 0)
		return e;
	return fetch_window(b, job, PARTIAL_TAIL, 1, &place, fn, arg);
}

void
reduced_put(
    struct bulk *b, int64_t job, unsigned shard, const struct record *reduced)
{
	char key[KEY_SIZE];

	snprintf(
	    key, sizeof(key), "{logs}:job:%" PRId64 ":reduced:%u", job, shard);
	bulk_putf(b, "HSET %s shard %u", key, shard);
	for (size_t i = 0; i < reduced->len; i++)
		bulk_putf(b, "HSET %s %b %b", key, reduced->fields[i].name.data,
		    reduced->fields[i].name.len, reduced->fields[i].value.data,
		    reduced->fields[i].value.len);
	bulk_putf(b, "EXPIRE %s %d", key, LIFETIME_S);
}

static enum err
on_reduced(size_t index, const redisReply *reply, void *arg)
{
	struct record *reduced = arg;
	enum err e = record_of_reply(&reduced[index], reply);

	if (e == ERR_OK && reduced[index].len == 0)
		e = ERR_CORRUPT;
	return e;
}

enum err
reduced_fetch(
    struct bulk *b, int64_t job, unsigned shards, struct record *reduced)
{
	for (unsigned i = 0; i < shards; i++)
		bulk_putf(
		    b, "HGETALL {logs}:job:%lld:reduced:%u", (long long)job, i);
	return bulk_run(b, on_reduced, reduced);
}
