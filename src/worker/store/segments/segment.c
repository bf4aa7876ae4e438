/* Segments and their end: `{logs}:garbage` holds every id that may have to be
 * unlinked, with the time (Unix, ms, Redis's clock) from which on it may be, or 0.
 * A running job's segments are never collected. */
#include "worker/store/segments/segment.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH_BYTES = 8 * 1024 * 1024,
	FIELDS_PER_COMMAND = 256,
	ARGS_MAX = 2 + 2 * FIELDS_PER_COMMAND,
	COLLECT_MAX = 1000,
};

/* When its job is over, the id is garbage unless that has named it. */
static void
put_garbage(struct bulk *b, const char *id)
{
	bulk_putf(b, "ZADD {logs}:garbage 0 %s", id);
}

static enum err
flush_if_much(struct bulk *b)
{
	return bulk_size(b) < BATCH_BYTES ? ERR_OK : segment_flush(b);
}

enum { KEY_SIZE = SEGMENT_ID_SIZE + 8 };

static struct span
key_of(const char *id, char key[KEY_SIZE])
{
	snprintf(key, KEY_SIZE, "segment:%s", id);
	return span_text(key);
}

enum err
segment_put_bytes(struct bulk *b, const char *id, struct span bytes)
{
	char key[KEY_SIZE];
	const struct span argv[] = { span_text("SET"), key_of(id, key), bytes };

	put_garbage(b, id);
	bulk_put(b, 3, argv);
	return flush_if_much(b);
}

/* A segment that is a hash or a sorted set, by pairs: as many commands as it
 * takes. */
struct filling {
	struct bulk *bulk;
	char key[KEY_SIZE];
	struct span args[ARGS_MAX];
	int len;
};

static void
fill_begin(
    struct filling *f, struct bulk *b, const char *command, const char *id)
{
	f->bulk = b;
	f->args[0] = span_text(command);
	f->args[1] = key_of(id, f->key);
	f->len = 2;
	put_garbage(b, id);
}

static void
put_pairs(struct filling *f)
{
	if (f->len > 2)
		bulk_put(f->bulk, f->len, f->args);
	f->len = 2;
}

static void
fill(struct filling *f, struct span first, struct span second)
{
	f->args[f->len++] = first;
	f->args[f->len++] = second;
	if (f->len == ARGS_MAX)
		put_pairs(f);
}

static enum err
fill_end(struct filling *f)
{
	put_pairs(f);
	return flush_if_much(f->bulk);
}

enum err
segment_put_day(struct bulk *b, const char *id, const struct day_segment *day)
{
	struct filling f;

	fill_begin(&f, b, "HSET", id);
	for (size_t i = 0; i < day->fields_len; i++)
		fill(&f, day->fields[i].name, day->fields[i].value);
	return fill_end(&f);
}

enum err
segment_put_names(
    struct bulk *b, const char *id, const struct span *names, size_t len)
{
	struct filling f;

	fill_begin(&f, b, "ZADD", id);
	for (size_t i = 0; i < len; i++)
		fill(&f, span_text("0"), names[i]);
	return fill_end(&f);
}

enum err
segment_flush(struct bulk *b)
{
	return bulk_run_at_once(b);
}

struct due {
	char ids[COLLECT_MAX][SEGMENT_ID_SIZE];
	size_t len;
};

static enum err
on_due(size_t index, const redisReply *reply, void *arg)
{
	struct due *due = arg;

	(void)index;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements > COLLECT_MAX)
		return ERR_CORRUPT;
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *id = reply->element[i];

		if (id->type == REDIS_REPLY_STRING && id->len < SEGMENT_ID_SIZE)
			memcpy(due->ids[due->len++], id->str, id->len + 1);
	}
	return ERR_OK;
}

/* Those that are due, COLLECT_MAX at most. */
static enum err
find_due(struct bulk *b, struct due *due)
{
	const struct span argv[] = { span_text("{logs}:running"),
		span_text("{logs}:manifest"), span_text("{logs}:checkpoint"),
		span_text("{logs}:garbage"), span_text("1000") };

	static_assert((int)COLLECT_MAX == 1000, "as the script is told");
	due->len = 0;
	bulk_put_script(b, SCRIPT_GARBAGE_DUE, 4, 5, argv);
	return bulk_run(b, on_due, due);
}

enum err
segment_collect(struct bulk *b)
{
	struct due *due = calloc(1, sizeof(*due));
	enum err e = due ? ERR_OK : ERR_NO_MEMORY;

	do {
		if (e == ERR_OK)
			e = find_due(b, due);
		for (size_t i = 0; e == ERR_OK && i < due->len; i++) {
			bulk_putf(b, "UNLINK segment:%s", due->ids[i]);
			bulk_putf(b, "ZREM {logs}:garbage %s", due->ids[i]);
		}
		if (e == ERR_OK)
			e = bulk_run_at_once(b);
	} while (e == ERR_OK && due->len == COLLECT_MAX);
	free(due);
	return e;
}
