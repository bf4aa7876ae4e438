/* Blocking Redis for pool threads. The batch is kept until all its replies are in,
 * so that it can be sent again on a new connection; replies are kept until then
 * too, so that nobody sees one twice.
 * Socket time-outs bound every read and write, patience_ms the whole. */
#include "worker/store/bulk.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/store/batch.h"
#include "worker/store/reply.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECT_TIMEOUT_MS = 2000,
	IO_TIMEOUT_MS = 5000, /* for one read or write to move */
	BACKOFF_FIRST_MS = 10,
	BACKOFF_LAST_MS = 500,
	AHEAD_MAX = 25, /* the end of a string, the next length of 20 digits */
};

struct bulk {
	const struct redis_address *address;
	const _Atomic int *stop;
	int64_t patience_ms;
	redisContext *context; /* NULL: not connected */
	bool has_no_files;     /* that is why */
	struct batch batch;

	/* bulk_receive: what came behind the string before, in the room for a
	 * line with a length. */
	char ahead[AHEAD_MAX];
	size_t ahead_len;
};

struct bulk *
bulk_new(const struct redis_address *address, const _Atomic int *stop,
    int64_t patience_ms)
{
	struct bulk *b = calloc(1, sizeof(*b));

	if (b) {
		b->address = address;
		b->stop = stop;
		b->patience_ms = patience_ms;
	}
	return b;
}

static void
disconnect(struct bulk *b)
{
	if (b->context)
		redisFree(b->context);
	b->context = NULL;
}

void
bulk_free(struct bulk *b)
{
	if (!b)
		return;
	disconnect(b);
	batch_cleanup(&b->batch);
	free(b);
}

void
bulk_put(struct bulk *b, int argc, const struct span *argv)
{
	batch_put(&b->batch, argc, argv);
}

void
bulk_putf(struct bulk *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	batch_putf(&b->batch, format, args);
	va_end(args);
}

void
bulk_put_script(struct bulk *b, enum script script, int keys, int argc,
    const struct span *argv)
{
	batch_put_script(&b->batch, script, keys, argc, argv);
}

size_t
bulk_size(const struct bulk *b)
{
	return b->batch.len;
}

static struct timeval
timeval_of(int ms)
{
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

/* Whether Redis said yes to a command of the greeting. */
static bool
greet(struct bulk *b, redisReply *reply)
{
	bool ok = reply && reply->type != REDIS_REPLY_ERROR;

	if (reply && !ok)
		log_debug("redis: bulk: %s", reply->str);
	freeReplyObject(reply);
	if (!ok)
		disconnect(b);
	return ok;
}

static bool
connect_once(struct bulk *b)
{
	const struct redis_address *to = b->address;
	struct timeval patience = timeval_of(CONNECT_TIMEOUT_MS);

	errno = 0;
	b->context =
	    to->path[0] ? redisConnectUnixWithTimeout(to->path, patience)
			: redisConnectWithTimeout(to->host, to->port, patience);
	b->has_no_files = (!b->context || b->context->err) &&
			  (errno == EMFILE || errno == ENFILE);
	if (!b->context || b->context->err ||
	    redisSetTimeout(b->context, timeval_of(IO_TIMEOUT_MS)) !=
		REDIS_OK) {
		disconnect(b);
		return false;
	}
	if (to->user[0] && !greet(b, redisCommand(b->context, "AUTH %s %s",
					 to->user, to->password)))
		return false;
	if (!to->user[0] && to->password[0] &&
	    !greet(b, redisCommand(b->context, "AUTH %s", to->password)))
		return false;
	return to->db == 0 ||
	       greet(b, redisCommand(b->context, "SELECT %d", to->db));
}

static void
free_replies(struct bulk *b, redisReply **replies)
{
	for (size_t i = 0; i < b->batch.commands; i++) {
		freeReplyObject(replies[i]);
		replies[i] = NULL;
	}
}

/* All replies of the batch, or false: the connection is closed and nothing is
 * kept. */
static bool
exchange(struct bulk *b, redisReply **replies)
{
	if (!b->context && !connect_once(b))
		return false;
	if (redisAppendFormattedCommand(
		b->context, b->batch.bytes, b->batch.len) != REDIS_OK) {
		disconnect(b);
		return false;
	}
	for (size_t i = 0; i < b->batch.commands; i++) {
		void *reply = NULL;

		if (redisGetReply(b->context, &reply) != REDIS_OK) {
			free_replies(b, replies);
			disconnect(b);
			return false;
		}
		replies[i] = reply;
		if (reply_is_passing(replies[i])) {
			free_replies(b, replies);
			disconnect(b);
			return false;
		}
	}
	return true;
}

static bool
is_stopped(const struct bulk *b)
{
	return b->stop && atomic_load(b->stop);
}

static void
sleep_ms(int64_t ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static enum err
exchange_patiently(struct bulk *b, redisReply **replies)
{
	int64_t deadline_ms = clock_ms() + b->patience_ms;
	int64_t wait_ms = BACKOFF_FIRST_MS;

	while (!is_stopped(b)) {
		if (exchange(b, replies))
			return ERR_OK;
		if (b->has_no_files)
			return ERR_NO_FILES;
		if (clock_ms() + wait_ms > deadline_ms)
			return ERR_STORE_DOWN;
		sleep_ms(wait_ms);
		wait_ms *= 2;
		if (wait_ms > BACKOFF_LAST_MS)
			wait_ms = BACKOFF_LAST_MS;
	}
	return ERR_DRAINING;
}

enum err
bulk_run(struct bulk *b, bulk_fn *fn, void *arg)
{
	redisReply **replies = NULL;
	enum err e = b->batch.failed;

	if (e == ERR_OK && b->batch.commands) {
		replies = calloc(b->batch.commands, sizeof(*replies));
		e = replies ? exchange_patiently(b, replies) : ERR_NO_MEMORY;
	}
	for (size_t i = 0; e == ERR_OK && i < b->batch.commands; i++) {
		e = reply_err(replies[i]);
		if (e == ERR_OK && fn)
			e = fn(i, replies[i], arg);
	}
	if (replies)
		free_replies(b, replies);
	free(replies);
	batch_empty(&b->batch);
	return e;
}

static enum err
lose(struct bulk *b, enum err why)
{
	b->ahead_len = 0;
	disconnect(b);
	return why;
}

enum err
bulk_send(struct bulk *b)
{
	enum err e = b->batch.failed;
	size_t sent = 0;

	if (e == ERR_OK && !b->context && !connect_once(b))
		e = ERR_STALE;
	while (e == ERR_OK && sent < b->batch.len) {
		ssize_t n = write(
		    b->context->fd, b->batch.bytes + sent, b->batch.len - sent);

		if (n > 0)
			sent += (size_t)n;
		else if (n == 0 || errno != EINTR)
			e = lose(b, ERR_STALE);
	}
	batch_empty(&b->batch);
	return e;
}

/* Reads at least one byte: what fits into `to`, and what lies behind it into
 * `ahead`. */
static enum err
read_some(struct bulk *b, char *to, size_t len, size_t *got)
{
	struct iovec parts[] = { { to, len },
		{ b->ahead + b->ahead_len, AHEAD_MAX - b->ahead_len } };
	ssize_t n;

	if (!b->context)
		return ERR_STALE;
	do
		n = readv(b->context->fd, parts, 2);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return lose(b, ERR_STALE);
	*got = (size_t)n < len ? (size_t)n : len;
	b->ahead_len += (size_t)n - *got;
	return ERR_OK;
}

static void
take_ahead(struct bulk *b, size_t len)
{
	b->ahead_len -= len;
	memmove(b->ahead, b->ahead + len, b->ahead_len);
}

/* "$<len>" and the end of the line. */
static enum err
receive_length(struct bulk *b, size_t *out)
{
	const char *end;
	uint64_t len;
	size_t none;
	enum err e;

	while (!(end = memchr(b->ahead, '\n', b->ahead_len))) {
		if (b->ahead_len == AHEAD_MAX)
			return lose(b, ERR_STALE); /* an error in words */
		e = read_some(b, NULL, 0, &none);
		if (e != ERR_OK)
			return e;
	}
	if (b->ahead[0] != '$' || end[-1] != '\r' ||
	    !span_to_u64(
		span_of(b->ahead + 1, (size_t)(end - b->ahead) - 2), &len))
		return lose(b, ERR_STALE);
	take_ahead(b, (size_t)(end - b->ahead) + 1);
	*out = len;
	return ERR_OK;
}

enum err
bulk_receive(struct bulk *b, char *to, size_t len)
{
	int64_t deadline_ms = clock_ms() + b->patience_ms;
	size_t there = 0, got = 0;
	enum err e = receive_length(b, &there);

	if (e != ERR_OK)
		return e;
	if (there != len || len == 0)
		return lose(b, there == 0 ? ERR_STALE : ERR_CORRUPT);
	there = b->ahead_len < len ? b->ahead_len : len;
	memcpy(to, b->ahead, there);
	take_ahead(b, there);
	while (there < len || b->ahead_len < 2) {
		if (clock_ms() > deadline_ms)
			return lose(b, ERR_STORE_DOWN);
		e = read_some(b, to + there, len - there, &got);
		if (e != ERR_OK)
			return e;
		there += got;
	}
	take_ahead(b, 2);
	return ERR_OK;
}

/* The answer to EXEC is those of all commands between. */
static enum err
judge(size_t index, const redisReply *reply, void *arg)
{
	enum err e = ERR_OK;

	(void)index;
	(void)arg;
	for (size_t i = 0; e == ERR_OK && i < reply->elements; i++)
		e = reply_err(reply->element[i]);
	return e;
}

enum err
bulk_run_at_once(struct bulk *b)
{
	if (b->batch.commands == 0)
		return bulk_run(b, NULL, NULL);
	batch_join(&b->batch);
	return bulk_run(b, judge, NULL);
}
