/* Segments as the next parse needs them: parts of strings, whole days. */
#include "worker/store/segment_read.h"

#include <hiredis/hiredis.h>

static enum err
keep(struct arena *a, const redisReply *reply, struct span *out)
{
	const char *copy;

	if (reply->type != REDIS_REPLY_STRING)
		return ERR_CORRUPT;
	copy = arena_copy(a, span_of(reply->str, reply->len));
	*out = span_of(copy, reply->len);
	return copy ? ERR_OK : ERR_NO_MEMORY;
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
		bulk_putf(b, "STRLEN segment:%b", ids[i].data, ids[i].len);
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
	return keep(r->arena, reply, &part->bytes);
}

enum err
segment_parts(
    struct bulk *b, struct segment_part *parts, size_t len, struct arena *a)
{
	struct reading r = { .arena = a, .parts = parts };

	for (size_t i = 0; i < len; i++) {
		const struct segment_part *p = &parts[i];

		if (p->from >= p->to)
			return ERR_CORRUPT;
		bulk_putf(b, "GETRANGE segment:%b %lld %lld", p->id.data,
		    p->id.len, (long long)p->from, (long long)p->to - 1);
	}
	return bulk_run(b, on_part, &r);
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
		e = keep(r->arena, reply->element[2 * i], &day->fields[i].name);
		if (e == ERR_OK)
			e = keep(r->arena, reply->element[2 * i + 1],
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
		bulk_putf(b, "HGETALL segment:%b", ids[i].data, ids[i].len);
	return bulk_run(b, on_day, &r);
}

static enum err
on_names(size_t index, const redisReply *reply, void *arg)
{
	struct reading *r = arg;
	enum err e = ERR_OK;

	(void)index;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0)
		return ERR_CORRUPT;
	r->names_len = reply->elements;
	r->names = arena_alloc(r->arena, r->names_len * sizeof(*r->names));
	if (!r->names)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < r->names_len; i++)
		e = keep(r->arena, reply->element[i], &r->names[i]);
	return e;
}

enum err
segment_names(struct bulk *b, struct span id, struct arena *a,
    struct span **out, size_t *len)
{
	struct reading r = { .arena = a };
	enum err e;

	bulk_putf(b, "ZRANGE segment:%b 0 -1", id.data, id.len);
	e = bulk_run(b, on_names, &r);
	*out = r.names;
	*len = r.names_len;
	return e;
}
