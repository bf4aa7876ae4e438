/* What hiredis's own functions do (its createStringObject() and so on), but for
 * where the memory comes from. NULL tells the reader that there is none. */
#include "worker/store/reply_reader.h"

#include <hiredis/hiredis.h>

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
