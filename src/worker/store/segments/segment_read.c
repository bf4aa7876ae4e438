/* Segments as the next parse needs them: parts of strings, whole days. */
#include "worker/store/segments/segment_read.h"

#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum {
	WINDOW_BYTES = 4 * 1024 * 1024,
	WINDOW_PARTS = 8192,
	KEY_SIZE = 128,
	NUMBER_TEXT = 24,
};

/* A command with the segment's key. One that is longer names nothing. */
static void
put(struct bulk *b, const char *command, struct span id, int more,
    const struct span *args)
{
	enum { ARGS_MAX = 2 };
	char key[KEY_SIZE];
	int len =
	    snprintf(key, sizeof(key), "segment:%.*s", (int)id.len, id.data);
	struct span argv[2 + ARGS_MAX] = { span_text(command),
		span_of(key, (size_t)len) };

	assert(more <= ARGS_MAX);
	if (len >= KEY_SIZE)
		argv[1].len = KEY_SIZE - 1;
	for (int i = 0; i < more; i++)
		argv[2 + i] = args[i];
	bulk_put(b, 2 + more, argv);
}

static void
put_part(struct bulk *b, const struct segment_part *p)
{
	char from[NUMBER_TEXT], last[NUMBER_TEXT];

	snprintf(from, sizeof(from), "%" PRIu64, p->from);
	snprintf(last, sizeof(last), "%" PRIu64, p->to - 1);
	put(b, "GETRANGE", p->id, 2,
	    (const struct span[]){ span_text(from), span_text(last) });
}

static enum err
on_size(size_t index, const redisReply *reply, void *arg)
{
	uint64_t *sizes = arg;

	if (reply->type != REDIS_REPLY_INTEGER || reply->integer <= 0)
		return ERR_CORRUPT;
	sizes[index] = (uint64_t)reply->integer;
	return ERR_OK;
}

enum err
segment_sizes(
    struct bulk *b, const struct span *ids, size_t len, uint64_t *sizes)
{
	for (size_t i = 0; i < len; i++)
		put(b, "STRLEN", ids[i], 0, NULL);
	return bulk_run(b, on_size, sizes);
}

struct reading {
	struct arena *arena;
	struct segment_part *parts;
	struct day_segment *days;
	struct span *names;
	size_t names_len;
};

static enum err
on_part(size_t index, const redisReply *reply, void *arg)
{
	struct reading *r = arg;
	struct segment_part *part = &r->parts[index];

	if (reply->type != REDIS_REPLY_STRING ||
	    (uint64_t)reply->len != part->to - part->from)
		return ERR_CORRUPT;
	return reply_text(reply, r->arena, &part->bytes);
}

/* A batch of parts, as many as are asked for at once: at least `together`, as all
 * are multiples of it. Gives their number, or 0 when one of them is empty. */
static size_t
put_window(struct bulk *b, const struct segment_part *parts, size_t len,
    size_t together)
{
	uint64_t bytes = 0;
	size_t n = 0;

	while (n < len && (n % together > 0 ||
			      (bytes < WINDOW_BYTES && n < WINDOW_PARTS))) {
		const struct segment_part *p = &parts[n++];

		if (p->from >= p->to)
			return 0;
		bytes += p->to - p->from;
		put_part(b, p);
	}
	return n;
}

enum err
segment_parts(
    struct bulk *b, struct segment_part *parts, size_t len, struct arena *a)
{
	struct reading r = { .arena = a, .parts = parts };
	enum err e = ERR_OK;

	for (size_t at = 0; e == ERR_OK && at < len;) {
		size_t n = put_window(b, parts + at, len - at, 1);

		r.parts = parts + at;
		e = n > 0 ? bulk_run(b, on_part, &r) : ERR_CORRUPT;
		at += n;
	}
	return e;
}

struct stretching {
	const struct segment_part *parts;
	size_t together, first; /* index of the batch's first call */
	struct span bytes[SEGMENT_TOGETHER_MAX];
	segment_stretch_fn *fn;
	void *arg;
};

/* All replies of a batch live until the last of them has been here. */
static enum err
on_stretch(size_t index, const redisReply *reply, void *arg)
{
	struct stretching *s = arg;
	size_t at = index % s->together;
	const struct segment_part *part =
	    &s->parts[s->first * s->together + index];

	if (reply->type != REDIS_REPLY_STRING ||
	    (uint64_t)reply->len != part->to - part->from)
		return ERR_CORRUPT;
	s->bytes[at] = span_of(reply->str, reply->len);
	return at + 1 < s->together
		   ? ERR_OK
		   : s->fn(s->first + index / s->together, s->bytes, s->arg);
}

enum err
segment_stretches(struct bulk *b, const struct segment_part *parts,
    size_t count, size_t together, segment_stretch_fn *fn, void *arg)
{
	struct stretching s = {
		.parts = parts, .together = together, .fn = fn, .arg = arg
	};
	size_t len = count * together;
	enum err e = ERR_OK;

	assert(together > 0 && together <= SEGMENT_TOGETHER_MAX);
	for (size_t at = 0; e == ERR_OK && at < len;) {
		size_t n = put_window(b, parts + at, len - at, together);

		s.first = at / together;
		e = n > 0 ? bulk_run(b, on_stretch, &s) : ERR_CORRUPT;
		at += n;
	}
	return e;
}

static enum err
on_day(size_t index, const redisReply *reply, void *arg)
{
	struct reading *r = arg;
	struct day_segment *day = &r->days[index];
	enum err e = ERR_OK;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
	    reply->elements % 2)
		return ERR_CORRUPT;
	day->fields_len = reply->elements / 2;
	day->fields =
	    arena_alloc(r->arena, day->fields_len * sizeof(*day->fields));
	if (!day->fields)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < day->fields_len; i++) {
		e = reply_text(
		    reply->element[2 * i], r->arena, &day->fields[i].name);
		if (e == ERR_OK)
			e = reply_text(reply->element[2 * i + 1], r->arena,
			    &day->fields[i].value);
	}
	return e;
}

enum err
segment_days(struct bulk *b, const struct span *ids, size_t len,
    struct arena *a, struct day_segment *days)
{
	struct reading r = { .arena = a, .days = days };

	for (size_t i = 0; i < len; i++)
		put(b, "HGETALL", ids[i], 0, NULL);
	return bulk_run(b, on_day, &r);
}

static enum err
on_names(size_t index, const redisReply *reply, void *arg)
{
	struct reading *r = arg;

	(void)index;
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 0)
		return ERR_CORRUPT;
	return reply_texts(reply, r->arena, &r->names, &r->names_len);
}

enum err
segment_names(struct bulk *b, struct span id, struct arena *a,
    struct span **out, size_t *len)
{
	struct reading r = { .arena = a };
	enum err e;

	put(b, "ZRANGE", id, 2,
	    (const struct span[]){ span_text("0"), span_text("-1") });
	e = bulk_run(b, on_names, &r);
	*out = r.names;
	*len = r.names_len;
	return e;
}
