/* What hiredis's own functions do (its createStringObject() and so on), but for
 * where the memory comes from. NULL tells the reader that there is none. */
#include "worker/store/redis/reply_reader.h"

#include <hiredis/hiredis.h>

#include <string.h>

/* Linked into the array that it belongs to, if any. */
static redisReply *
reply_new(const redisReadTask *task)
{
	redisReply *r = arena_alloc(task->privdata, sizeof(*r));
	redisReply *parent = task->parent ? task->parent->obj : NULL;

	if (!r)
		return NULL;
	r->type = task->type;
	if (parent)
		parent->element[task->idx] = r;
	return r;
}

/* Also of errors and statuses. */
static void *
create_string(const redisReadTask *task, char *text, size_t len)
{
	char *copy = arena_copy(task->privdata, span_of(text, len));
	redisReply *r = copy ? reply_new(task) : NULL;

	if (r) {
		r->str = copy;
		r->len = len;
	}
	return r;
}

static void *
create_array(const redisReadTask *task, int elements)
{
	redisReply **element =
	    arena_alloc(task->privdata, (size_t)elements * sizeof(element[0]));
	redisReply *r = element ? reply_new(task) : NULL;

	if (r) {
		r->elements = (size_t)elements;
		r->element = element;
	}
	return r;
}

static void *
create_integer(const redisReadTask *task, long long value)
{
	redisReply *r = reply_new(task);

	if (r)
		r->integer = value;
	return r;
}

static void *
create_nil(const redisReadTask *task)
{
	redisReply *r = reply_new(task);

	if (r)
		r->type =
		    REDIS_REPLY_NIL; /* the task's is what it is none of */
	return r;
}

static void
leave_to_the_arena(void *reply)
{
	(void)reply;
}

struct redisReader *
reply_reader_new(struct arena *a)
{
	static redisReplyObjectFunctions functions = {
		.createString = create_string,
		.createArray = create_array,
		.createInteger = create_integer,
		.createNil = create_nil,
		.freeObject = leave_to_the_arena,
	};
	redisReader *reader = redisReaderCreateWithFunctions(&functions);

	if (reader)
		reader->privdata = a;
	return reader;
}

/* It asks for the type of a reply before there is one. */
bool
reply_reader_is_empty(const struct redisReader *reader)
{
	return reader->pos == reader->len &&
	       (reader->ridx < 0 ||
		   (reader->ridx == 0 && reader->rstack[0].type < 0));
}

enum { DIGITS_MAX = 18 }; /* as many as fit whatever they are */

/* "-12\r\n". Returns its length; 0: it is not that, or not there. */
static size_t
read_number(const char *bytes, size_t len, long long *out)
{
	size_t at = len > 0 && bytes[0] == '-', first = at;
	long long value = 0;

	while (at < len && at - first < DIGITS_MAX && bytes[at] >= '0' &&
	       bytes[at] <= '9')
		value = 10 * value + (bytes[at++] - '0');
	if (at == first || len - at < 2 || bytes[at] != '\r' ||
	    bytes[at + 1] != '\n')
		return 0;
	*out = first ? -value : value;
	return at + 2;
}

/* "$5\r\nhello\r\n", "$-1\r\n" */
static size_t
read_text(char *bytes, size_t len, redisReply *reply)
{
	long long text_len;
	size_t head_len = read_number(bytes + 1, len - 1, &text_len) + 1;
	char *text = bytes + head_len;

	if (head_len == 1 || text_len < -1)
		return 0;
	if (text_len == -1) {
		*reply = (redisReply){ .type = REDIS_REPLY_NIL };
		return head_len;
	}
	if (len - head_len < 2 || (size_t)text_len > len - head_len - 2 ||
	    memcmp(text + text_len, "\r\n", 2) != 0)
		return 0;
	text[text_len] = '\0';
	*reply = (redisReply){
		.type = REDIS_REPLY_STRING, .str = text, .len = (size_t)text_len
	};
	return head_len + (size_t)text_len + 2;
}

/* "+OK\r\n", "-ERR no\r\n" */
static size_t
read_line(char *bytes, size_t len, int type, redisReply *reply)
{
	char *end = memchr(bytes, '\n', len);

	if (!end || end[-1] != '\r')
		return 0;
	end[-1] = '\0';
	*reply = (redisReply){
		.type = type, .str = bytes + 1, .len = (size_t)(end - bytes) - 2
	};
	return (size_t)(end - bytes) + 1;
}

size_t
reply_read_short(char *bytes, size_t len, redisReply *reply)
{
	size_t number_len;

	if (len == 0)
		return 0;
	switch (bytes[0]) {
	case '$':
		return read_text(bytes, len, reply);
	case ':':
		*reply = (redisReply){ .type = REDIS_REPLY_INTEGER };
		number_len = read_number(bytes + 1, len - 1, &reply->integer);
		return number_len ? number_len + 1 : 0;
	case '+':
		return read_line(bytes, len, REDIS_REPLY_STATUS, reply);
	case '-':
		return read_line(bytes, len, REDIS_REPLY_ERROR, reply);
	default:
		return 0;
	}
}
