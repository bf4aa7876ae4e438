/* Reading manifests and segments. Days are asked for by their field, so a
 * report of ten years moves what it adds up and nothing else; only of days that
 * have not the field is it asked whether they are there at all. */
#include "worker/store/segments/log_read.h"

#include "worker/store/redis/reply.h"
#include "worker/store/segments/segment.h"

#include <hiredis/hiredis.h>

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
on_value(size_t index, const redisReply *reply, void *arg)
{
	struct values *v = arg;

	v->values[index] = (struct span){ NULL, 0 };
	if (reply->type == REDIS_REPLY_NIL)
		return ERR_OK;
	return reply_text(reply, v->arena, &v->values[index]);
}

static enum err
on_exists(size_t index, const redisReply *reply, void *arg)
{
	(void)index;
	(void)arg;
	if (reply->type != REDIS_REPLY_INTEGER)
		return ERR_CORRUPT;
	return reply->integer == 1 ? ERR_OK : ERR_STALE;
}

static void
put_value(struct bulk *b, struct span id, struct span field)
{
	static const char prefix[] = "segment:";
	enum { PREFIX = sizeof(prefix) - 1 };
	char key[PREFIX + SEGMENT_ID_SIZE];
	struct span words[] = { span_text("HGET"), { key, PREFIX + id.len },
		field };

	memcpy(key, prefix, PREFIX);
	memcpy(key + PREFIX, id.data, id.len);
	bulk_put(b, 3, words);
}

enum err
log_read_days(struct bulk *b, const struct span *ids, size_t len,
    struct span field, struct arena *a, struct span *values)
{
	struct values v = { a, values };
	enum err e;

	for (size_t i = 0; i < len; i++)
		if (ids[i].len >= SEGMENT_ID_SIZE)
			return ERR_CORRUPT;
	for (size_t i = 0; i < len; i++)
		put_value(b, ids[i], field);
	e = bulk_run(b, on_value, &v);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < len; i++)
		if (!values[i].data)
			bulk_putf(
			    b, "EXISTS segment:%b", ids[i].data, ids[i].len);
	return bulk_run(b, on_exists, NULL);
}

static enum err
on_bytes(size_t index, const redisReply *reply, void *arg)
{
	struct values *v = arg;

	if (reply->type == REDIS_REPLY_NIL)
		return ERR_STALE;
	return reply_text(reply, v->arena, &v->values[index]);
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

	return e == ERR_OK ? reply_text(reply, v->arena, &v->values[index]) : e;
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

	(void)index;
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 0)
		return ERR_STALE;
	return reply_texts(reply, l->arena, &l->names, &l->len);
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
