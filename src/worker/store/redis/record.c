/* A hash of Redis in memory. Records are small (a manifest of ten years has some
 * 200 fields) and mostly written once and walked, so fields lie in one array and a
 * name is found by looking at each. */
#include "worker/store/redis/record.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROOM_FIRST = 32 };

void
record_init(struct record *r, struct arena *a)
{
	*r = (struct record){ .arena = a };
}

static struct record_field *
find(const struct record *r, struct span name)
{
	for (size_t i = 0; i < r->len; i++)
		if (span_is_equal(r->fields[i].name, name))
			return &r->fields[i];
	return NULL;
}

enum err
record_add(struct record *r, struct span name, struct span value)
{
	char *name_copy = arena_copy(r->arena, name);
	char *value_copy = arena_copy(r->arena, value);

	if (!name_copy || !value_copy)
		return ERR_NO_MEMORY;
	if (r->len == r->room) {
		size_t room = r->room ? 2 * r->room : ROOM_FIRST;
		struct record_field *grown =
		    arena_alloc(r->arena, room * sizeof(*grown));

		if (!grown)
			return ERR_NO_MEMORY;
		if (r->len)
			memcpy(grown, r->fields, r->len * sizeof(*grown));
		r->fields = grown;
		r->room = room;
	}
	r->fields[r->len++] =
	    (struct record_field){ span_of(name_copy, name.len),
		    span_of(value_copy, value.len) };
	return ERR_OK;
}

enum err
record_put(struct record *r, const char *name, struct span value)
{
	struct record_field *known = find(r, span_text(name));
	char *copy;

	if (!known)
		return record_add(r, span_text(name), value);
	copy = arena_copy(r->arena, value);
	if (!copy)
		return ERR_NO_MEMORY;
	known->value = span_of(copy, value.len);
	return ERR_OK;
}

enum err
record_put_text(struct record *r, const char *name, const char *value)
{
	return record_put(r, name, span_text(value));
}

enum err
record_put_number(struct record *r, const char *name, uint64_t value)
{
	char text[21];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return record_put_text(r, name, text);
}

void
record_remove(struct record *r, const char *name)
{
	struct record_field *known = find(r, span_text(name));

	if (!known)
		return;
	r->len--;
	memmove(known, known + 1,
	    (size_t)(r->fields + r->len - known) * sizeof(*known));
}

struct span
record_get(const struct record *r, const char *name)
{
	const struct record_field *known = find(r, span_text(name));

	return known ? known->value : (struct span){ NULL, 0 };
}

uint64_t
record_number(const struct record *r, const char *name)
{
	uint64_t number = 0;

	return span_to_u64(record_get(r, name), &number) ? number : 0;
}

enum err
record_of_reply(struct record *r, const struct redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements % 2)
		return ERR_CORRUPT;
	for (size_t i = 0; i < reply->elements; i += 2) {
		const redisReply *name = reply->element[i];
		const redisReply *value = reply->element[i + 1];
		enum err e;

		if (name->type != REDIS_REPLY_STRING ||
		    value->type != REDIS_REPLY_STRING)
			return ERR_CORRUPT;
		e = record_add(r, span_of(name->str, name->len),
		    span_of(value->str, value->len));
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
