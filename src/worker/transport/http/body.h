#ifndef TRAWL_WORKER_TRANSPORT_HTTP_BODY_H
#define TRAWL_WORKER_TRANSPORT_HTTP_BODY_H

#include "common/base/err.h"
#include "common/base/span.h"

/* A body that comes in pieces, put together. It grows with what came, not with
 * what was announced. Zeroed is empty. */
struct body {
	char *data;
	size_t len, capacity;
};

/* ERR_BODY_TOO_LARGE when it would be longer than `limit`; ERR_NO_MEMORY. */
enum err body_add(struct body *b, struct span piece, size_t limit);

void body_cleanup(struct body *b);

/* Overwrites bytes of a body where they were received: they may have been a
 * password. */
void body_wipe(struct span bytes);

#endif
