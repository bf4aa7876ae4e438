#ifndef TRAWL_WORKER_TRANSPORT_OUTBOX_H
#define TRAWL_WORKER_TRANSPORT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

struct conn;
struct document;
struct output;

/* Documents that are the answers of several connections, sent one after the other
 * before the loop sleeps, or when there are many: whoever reads several of them is
 * woken up once for all, and not by each, and the kernel does the same thing many
 * times. An item waits as long as the loop has other requests to read, no longer.
 * Zeroed is empty. Loop thread only. */
enum { OUTBOX_MAX = 64 };

struct outbox {
	struct outbox_item {
		struct conn *conn;
		struct document *document; /* held, and lent */
		int fd;                    /* of the connection */
	} items[OUTBOX_MAX];
	size_t sent, len; /* those in [sent, len) wait */
};

/* Takes the answer of `c` out of the output, if it is one document and nothing
 * else, and there is room; false: it is still there. Until conn_on_taken() tells
 * what became of it, nothing else is sent to `c`, and `c` stays. */
bool outbox_put(struct outbox *b, struct conn *c, struct output *out);

static inline bool
outbox_is_full(const struct outbox *b)
{
	return b->len == OUTBOX_MAX;
}

/* Sends all, in the order in which they came. */
void outbox_send(struct outbox *b);

#endif
