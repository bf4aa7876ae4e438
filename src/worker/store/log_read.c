/* Reading manifests and segments. Days are asked for by their field, so a
 * report of ten years moves what it adds up and nothing else; beside it comes
 * `day`, which every day has, to tell a field that is not there from a segment
 * that is gone. */
#include "worker/store/log_read.h"

#include <hiredis/hiredis.h>

static enum err
keep(struct arena *a, const redisReply *reply, struct span *out)
{
	const char *copy = arena_copy(a, span_of(reply->str, reply->len));

	*out = span_of(copy, reply->len);
	return copy ? ERR_OK : ERR_NO_MEMORY;
}

static enum err
on_manifest(size_t index, const redisReply *reply, void *arg)
{
	(void)index;
	return record_of_reply(arg, reply);
}

enum err
log_read_manifest(struct bulk *b, struct record *out)
{
	bulk_putf(b, "HGETALL {logs}:manifest");
	return bulk_run(b, on_manifest, out);
}

struct values {
	struct arena *arena;
	struct span *values;
};

static enum err
on_day(size_t index, const redisReply *reply, void *arg)
{
	struct values *v = arg;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
		return ERR_CORRUPT;
	if (reply->element[0]->type == REDIS_REPLY_NIL)
		return ERR_STALE;
	v->values[index] = (struct span){ NULL, 0 };
	if (reply->element[1]->type == REDIS_REPLY_NIL)
		return ERR_OK;
	return keep(v->arena, reply->element[1], &v->values[index]);
}

enum err
log_read_days(struct bulk *b, const struct span *ids, size_t len,
    struct span field, struct arena *a, struct span *values)
{
	struct values v = { a, values };

	for (size_t i = 0; i < len; i++)
		bulk_putf(b, "HMGET segment:%b day %b", ids[i].data, ids[i].len,
		    field.data, field.len);
	return bulk_run(b, on_day, &v);
}

static enum err
on_bytes(size_t index, const redisReply *reply, void *arg)
{
	struct values *v = arg;

	if (reply->type == REDIS_REPLY_NIL)
		return ERR_STALE;
	if (reply->type != REDIS_REPLY_STRING)
		return ERR_CORRUPT;
	return keep(v->arena, reply, &v->values[index]);
}

enum err
log_read_bytes(struct bulk *b, const struct span *ids, size_t len,
    struct arena *a, struct span *values)
{
	struct values v = { a, values };

	for (size_t i = 0; i < len; i++)
		bulk_putf(b, "GET segment:%b", ids[i].data, ids[i].len);
	return bulk_run(b, on_bytes, &v);
}

/* GETRANGE knows no absence: a segment that is gone is an empty one, which no
 * segment is. */
static enum err
range_of(const redisReply *reply, struct span *out)
{
	if (reply->type != REDIS_REPLY_STRING)
		return ERR_CORRUPT;
	*out = span_of(reply->str, reply->len);
	return reply->len ? ERR_OK : ERR_STALE;
}

static enum err
on_head(size_t index, const redisReply *reply, void *arg)
{
	struct values *v = arg;
	struct span head;
	enum err e = range_of(reply, &head);

	return e == ERR_OK ? keep(v->arena, reply, &v->values[index]) : e;
}

enum err
log_read_heads(struct bulk *b, const struct span *ids, size_t len, size_t head,
    struct arena *a, struct span *values)
{
	struct values v = { a, values };

	for (size_t i = 0; i < len; i++)
		bulk_putf(b, "GETRANGE segment:%b 0 %lld", ids[i].data,
		    ids[i].len, (long long)head - 1);
	return bulk_run(b, on_head, &v);
}

struct ranges {
	struct span bytes[COLUMNS_RANGES_MAX];
	size_t len;
	log_read_fn *fn;
	void *arg;
};

/* The replies of a batch are all there until the last has been judged. */
static enum err
on_range(size_t index, const redisReply *reply, void *arg)
{
	struct ranges *r = arg;
	enum err e = range_of(reply, &r->bytes[index]);

	return e == ERR_OK && index + 1 == r->len ? r->fn(r->arg, r->bytes) : e;
}

enum err
log_read_ranges(struct bulk *b, struct span id,
    const struct columns_range *ranges, size_t len, log_read_fn *fn, void *arg)
{
	struct ranges r = { .len = len, .fn = fn, .arg = arg };

	if (len == 0)
		return fn(arg, r.bytes);
	for (size_t i = 0; i < len; i++)
		bulk_putf(b, "GETRANGE segment:%b %llu %llu", id.data, id.len,
		    (unsigned long long)ranges[i].from,
		    (unsigned long long)(ranges[i].from + ranges[i].len - 1));
	return bulk_run(b, on_range, &r);
}

static enum err
on_category(size_t index, const redisReply *reply, void *arg)
{
	bool *is_known = arg;

	if (index == 0) {
		*is_known = reply->type != REDIS_REPLY_NIL;
		return ERR_OK;
	}
	if (reply->type != REDIS_REPLY_INTEGER)
		return ERR_CORRUPT;
	return reply->integer == 1 ? ERR_OK : ERR_STALE;
}

enum err
log_read_category(
    struct bulk *b, struct span id, struct span category, bool *is_known)
{
	bulk_putf(b, "ZSCORE segment:%b %b", id.data, id.len, category.data,
	    category.len);
	bulk_putf(b, "EXISTS segment:%b", id.data, id.len);
	return bulk_run(b, on_category, is_known);
}

struct list {
	struct arena *arena;
	struct span *names;
	size_t len;
};

static enum err
on_categories(size_t index, const redisReply *reply, void *arg)
{
	struct list *l = arg;
	enum err e = ERR_OK;

	(void)index;
	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	if (reply->elements == 0)
		return ERR_STALE;
	l->names = arena_alloc(l->arena, reply->elements * sizeof(*l->names));
	if (!l->names)
		return ERR_NO_MEMORY;
	for (; e == ERR_OK && l->len < reply->elements; l->len++) {
		if (reply->element[l->len]->type != REDIS_REPLY_STRING)
			return ERR_CORRUPT;
		e = keep(l->arena, reply->element[l->len], &l->names[l->len]);
	}
	return e;
}

enum err
log_read_categories(struct bulk *b, struct span id, size_t most,
    struct arena *a, struct span **out, size_t *len)
{
	struct list l = { .arena = a };
	enum err e;

	bulk_putf(b, "ZRANGE segment:%b 0 %lld", id.data, id.len,
	    (long long)most - 1);
	e = bulk_run(b, on_categories, &l);
	*out = l.names;
	*len = l.len;
	return e;
}
