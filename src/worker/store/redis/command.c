/* Commands in RESP, the protocol of Redis: "*<argc>\r\n", then for each
 * argument "$<bytes>\r\n<argument>\r\n". A command is one block of memory. */
#include "worker/store/redis/command.h"
#include "script_table.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "$18446744073709551615\r\n" and the argument's own "\r\n". */
enum { BULK_MARKS = 25, HEAD_SIZE = 16 };

enum {
	USUAL_SIZE = 320, /* of a block with a command of a few short words */
	SPARES_MAX = 64,  /* as many as wait for Redis at once, mostly */
};

static size_t
length(const char *const *argv, const size_t *lens, int i)
{
	return lens ? lens[i] : strlen(argv[i]);
}

static size_t
bulks_size(int argc, const char *const *argv, const size_t *lens)
{
	size_t size = 0;

	for (int i = 0; i < argc; i++)
		size += BULK_MARKS + length(argv, lens, i);
	return size;
}

static void
put(struct command *c, const void *data, size_t len)
{
	if (len)
		memcpy(c->text + c->len, data, len);
	c->len += len;
}

/* "$12\r\n"; printf(3) would be the longest part of a short command. */
static void
put_count(struct command *c, char mark, size_t count)
{
	char room[SPAN_U64_ROOM];
	struct span digits;

	if (count < 100) {
		/* Nearly all: one digit or two. */
		char *to = c->text + c->len;

		*to++ = mark;
		if (count >= 10)
			*to++ = (char)('0' + count / 10);
		*to++ = (char)('0' + count % 10);
		*to++ = '\r';
		*to++ = '\n';
		c->len = (size_t)(to - c->text);
		return;
	}
	digits = span_of_u64(count, room);
	put(c, &mark, 1);
	put(c, digits.data, digits.len);
	put(c, "\r\n", 2);
}

static void
put_head(struct command *c, int argc)
{
	c->argc = argc;
	put_count(c, '*', (size_t)argc);
}

static void
put_bulk(struct command *c, const char *data, size_t len)
{
	put_count(c, '$', len);
	put(c, data, len);
	put(c, "\r\n", 2);
}

static void
put_bulks(
    struct command *c, int argc, const char *const *argv, const size_t *lens)
{
	for (int i = 0; i < argc; i++)
		put_bulk(c, argv[i], length(argv, lens, i));
}

static struct command *
take(struct command_pool *pool)
{
	struct command *c = pool ? pool->spares : NULL;

	if (!c)
		return malloc(USUAL_SIZE);
	pool->spares = c->next;
	pool->len--;
	return c;
}

/* size  of what is to be written into it */
static struct command *
new_of(struct command_pool *pool, size_t size)
{
	bool is_usual = sizeof(struct command) + size <= USUAL_SIZE;
	struct command *c = is_usual ? take(pool) : malloc(sizeof(*c) + size);

	if (c)
		*c =
		    (struct command){ .script = SCRIPTS, .is_usual = is_usual };
	return c;
}

static struct command *
new_sized(size_t size)
{
	return new_of(NULL, HEAD_SIZE + size + 1);
}

void
command_free(struct command_pool *pool, struct command *c)
{
	if (!c || !c->is_usual || !pool || pool->len == SPARES_MAX) {
		free(c);
		return;
	}
	c->next = pool->spares;
	pool->spares = c;
	pool->len++;
}

void
command_pool_cleanup(struct command_pool *pool)
{
	struct command *c;

	while ((c = pool->spares)) {
		pool->spares = c->next;
		free(c);
	}
	pool->len = 0;
}

struct command *
command_new(struct command_pool *pool, int argc, const char *const *argv,
    const size_t *lens)
{
	struct command *c =
	    new_of(pool, HEAD_SIZE + bulks_size(argc, argv, lens) + 1);

	if (!c)
		return NULL;
	put_head(c, argc);
	put_bulks(c, argc, argv, lens);
	return c;
}

struct command *
command_format(const char *format, va_list args)
{
	char *text;
	int len = redisvFormatCommand(&text, format, args);
	struct command *c;

	if (len < 0)
		return NULL;
	c = new_sized((size_t)len);
	if (c)
		put(c, text, (size_t)len);
	redisFreeCommand(text);
	return c;
}

struct command *
command_script(enum script script, int keys, int argc, const char *const *argv,
    const size_t *lens)
{
	char count[12];
	struct command *c = new_sized(
	    bulks_size(argc, argv, lens) + 4 * BULK_MARKS + sizeof(count) + 64);

	if (!c)
		return NULL;
	snprintf(count, sizeof(count), "%d", keys);
	put_head(c, argc + 3);
	put_bulk(c, "EVALSHA", 7);
	put_bulk(c, script_table[script].sha1, 40);
	c->script = script;
	c->rest = c->len;
	put_bulk(c, count, strlen(count));
	put_bulks(c, argc, argv, lens);
	return c;
}

/* hiredis writes the command; what goes before the rest is known. */
struct command *
command_script_format(
    enum script script, int keys, const char *format, va_list args)
{
	static const char lead[] = "$7\r\nEVALSHA\r\n$40\r\n";
	struct command *c;
	char *whole;

	if (asprintf(&whole, "EVALSHA %s %d %s", script_table[script].sha1,
		keys, format) < 0)
		return NULL;
	c = command_format(whole, args);
	free(whole);
	if (!c)
		return NULL;
	c->script = script;
	c->argc = atoi(c->text + 1);
	c->rest = strcspn(c->text, "\n") + 1 + strlen(lead) + 40 + 2;
	return c;
}

struct command *
command_eval(const struct command *sha)
{
	const struct script_text *script = &script_table[sha->script];
	size_t rest_len = sha->len - sha->rest;
	struct command *c =
	    new_sized(2 * BULK_MARKS + 4 + script->len + rest_len);

	if (!c)
		return NULL;
	c->fn = sha->fn;
	c->arg = sha->arg;
	c->due_ms = sha->due_ms;
	c->script = sha->script;
	c->has_text = true;
	put_head(c, sha->argc);
	put_bulk(c, "EVAL", 4);
	put_bulk(c, script->text, script->len);
	put(c, sha->text + sha->rest, rest_len);
	return c;
}

void
command_push(struct command_queue *q, struct command *c)
{
	c->next = NULL;
	if (q->tail)
		q->tail->next = c;
	else
		q->head = c;
	q->tail = c;
	q->len++;
}

struct command *
command_pop(struct command_queue *q)
{
	struct command *c = q->head;

	if (!c)
		return NULL;
	q->head = c->next;
	if (!q->head)
		q->tail = NULL;
	q->len--;
	return c;
}

uint64_t
command_queue_due(const struct command_queue *q)
{
	uint64_t due_ms = UINT64_MAX;

	for (const struct command *c = q->head; c; c = c->next)
		if (c->due_ms < due_ms)
			due_ms = c->due_ms;
	return due_ms;
}

void
command_take_overdue(
    struct command_queue *q, uint64_t now, struct command_queue *out)
{
	struct command_queue all = *q;
	struct command *c;

	*q = (struct command_queue){ 0 };
	while ((c = command_pop(&all)))
		command_push(c->due_ms <= now ? out : q, c);
}
