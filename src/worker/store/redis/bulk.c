/* The batch is kept until all its replies are in, so that it can be sent again on a
 * new connection; replies are kept until then too, so that nobody sees one twice. */
#include "worker/store/redis/bulk.h"

#include "common/base/clock.h"
#include "worker/store/redis/batch.h"
#include "worker/store/redis/bulk_link.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { BACKOFF_FIRST_MS = 10, BACKOFF_LAST_MS = 500 };

struct bulk {
	const _Atomic int *stop;
	int64_t patience_ms;
	struct batch batch;
	struct bulk_link link;
};

struct bulk *
bulk_new(const struct redis_address *address, const _Atomic int *stop,
    int64_t patience_ms)
{
	struct bulk *b = calloc(1, sizeof(*b));

	if (b) {
		bulk_link_init(&b->link, address);
		b->stop = stop;
		b->patience_ms = patience_ms;
	}
	return b;
}

void
bulk_free(struct bulk *b)
{
	if (!b)
		return;
	bulk_link_close(&b->link);
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
	return b->batch.bytes.len;
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
		enum err e = bulk_link_exchange(&b->link, &b->batch, replies);

		if (e != ERR_STORE_DOWN)
			return e;
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
	for (size_t i = 0; replies && i < b->batch.commands; i++)
		freeReplyObject(replies[i]);
	free(replies);
	batch_empty(&b->batch);
	return e;
}

enum err
bulk_send(struct bulk *b)
{
	enum err e = b->batch.failed;

	if (e == ERR_OK)
		e = bulk_link_send(&b->link, &b->batch);
	batch_empty(&b->batch);
	return e;
}

enum err
bulk_receive(struct bulk *b, char *to, size_t len)
{
	return bulk_link_receive(
	    &b->link, to, len, clock_ms() + b->patience_ms);
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
