/* Segments and their end: `{logs}:garbage` holds every id that may have to be
 * unlinked, with the time (Unix, ms, Redis's clock) from which on it may be, or 0.
 * A running job's segments are never collected. */
#include "worker/store/segment.h"

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

enum err
segment_put_bytes(struct bulk *b, const char *id, struct span bytes)
{
	char key[SEGMENT_ID_SIZE + 8];

	snprintf(key, sizeof(key), "segment:%s", id);
	const struct span argv[] = { span_text("SET"), span_text(key), bytes };
	put_garbage(b, id);
	bulk_put(b, 3, argv);
	return flush_if_much(b);
}

/* One command with its pairs, of a hash or of a sorted set. */
struct filling {
	struct bulk *bulk;
	struct span args[ARGS_MAX];
	int len;
};

static void
fill_end(struct filling *f)
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
		fill_end(f);
}

enum err
segment_put_day(struct bulk *b, const char *id, const struct day_segment *day)
{
	char key[SEGMENT_ID_SIZE + 8];
	struct filling f = { .bulk = b, .len = 2 };

	snprintf(key, sizeof(key), "segment:%s", id);
	f.args[0] = span_text("HSET");
	f.args[1] = span_text(key);
	put_garbage(b, id);
	for (size_t i = 0; i < day->fields_len; i++)
		fill(&f, day->fields[i].name, day->fields[i].value);
	fill_end(&f);
	return flush_if_much(b);
}

enum err
segment_put_names(
    struct bulk *b, const char *id, const struct span *names, size_t len)
{
	char key[SEGMENT_ID_SIZE + 8];
	struct filling f = { .bulk = b, .len = 2 };

	snprintf(key, sizeof(key), "segment:%s", id);
	f.args[0] = span_text("ZADD");
	f.args[1] = span_text(key);
	put_garbage(b, id);
	for (size_t i = 0; i < len; i++)
		fill(&f, span_text("0"), names[i]);
	fill_end(&f);
	return flush_if_much(b);
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
