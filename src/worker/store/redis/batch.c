/* Redis' protocol, RESP2, as far as a client writes it: "*2\r\n$3\r\nGET\r\n...". */
#include "worker/store/redis/batch.h"

#include "script_table.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A kind, a number, the end of a line. */
enum { HEAD_MAX = 1 + SPAN_U64_ROOM + 2 };

void
batch_empty(struct batch *b)
{
	b->bytes.len = 0;
	b->commands = 0;
	b->failed = ERR_OK;
}

void
batch_cleanup(struct batch *b)
{
	buffer_cleanup(&b->bytes);
	*b = (struct batch){ 0 };
}

/* takes `bytes`: hiredis made them */
static void
keep(struct batch *b, char *bytes, long long len)
{
	if (len < 0 || !buffer_add(&b->bytes, span_of(bytes, (size_t)len)))
		b->failed = ERR_NO_MEMORY;
	else
		b->commands++;
	if (len >= 0)
		redisFreeCommand(bytes);
}

static char *
put_end(char *to)
{
	*to++ = '\r';
	*to++ = '\n';
	return to;
}

/* `kind`, a number and the end of a line, as the protocol has them. */
static char *
put_number(char *to, char kind, size_t number)
{
	char room[SPAN_U64_ROOM];
	struct span digits = span_of_u64(number, room);

	*to++ = kind;
	memcpy(to, digits.data, digits.len);
	return put_end(to + digits.len);
}

/* Written in place: a report sends hundreds of commands, and hiredis allocates
 * some ten times for each. */
void
batch_put(struct batch *b, int argc, const struct span *argv)
{
	size_t most = HEAD_MAX;
	char *to;

	for (int i = 0; i < argc; i++) {
		if (argv[i].len > SIZE_MAX / 4 - most) {
			b->failed = ERR_NO_MEMORY;
			return;
		}
		most += HEAD_MAX + argv[i].len + 2;
	}
	if (!buffer_reserve(&b->bytes, most)) {
		b->failed = ERR_NO_MEMORY;
		return;
	}
	to = put_number(b->bytes.data + b->bytes.len, '*', (size_t)argc);
	for (int i = 0; i < argc; i++) {
		to = put_number(to, '$', argv[i].len);
		if (argv[i].len)
			memcpy(to, argv[i].data, argv[i].len);
		to = put_end(to + argv[i].len);
	}
	b->bytes.len = (size_t)(to - b->bytes.data);
	b->commands++;
}

void
batch_putf(struct batch *b, const char *format, va_list args)
{
	char *bytes = NULL;
	int len = redisvFormatCommand(&bytes, format, args);

	keep(b, bytes, len);
}

void
batch_put_script(struct batch *b, enum script script, int keys, int argc,
    const struct span *argv)
{
	struct span *all = calloc((size_t)argc + 3, sizeof(*all));
	char count[12];

	if (!all) {
		b->failed = ERR_NO_MEMORY;
		return;
	}
	all[0] = span_text("EVAL");
	all[1] = span_of(script_table[script].text, script_table[script].len);
	snprintf(count, sizeof(count), "%d", keys);
	all[2] = span_text(count);
	memcpy(all + 3, argv, (size_t)argc * sizeof(*argv));
	batch_put(b, argc + 3, all);
	free(all);
}

void
batch_join(struct batch *b)
{
	static const char begin[] = "*1\r\n$5\r\nMULTI\r\n";
	static const struct span end = { "EXEC", 4 };
	enum { BEGIN = sizeof(begin) - 1 };

	batch_put(b, 1, &end);
	if (!buffer_reserve(&b->bytes, BEGIN)) {
		b->failed = ERR_NO_MEMORY;
		return;
	}
	memmove(b->bytes.data + BEGIN, b->bytes.data, b->bytes.len);
	memcpy(b->bytes.data, begin, BEGIN);
	b->bytes.len += BEGIN;
	b->commands++;
}
