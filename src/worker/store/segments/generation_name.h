#ifndef TRAWL_WORKER_STORE_SEGMENTS_GENERATION_NAME_H
#define TRAWL_WORKER_STORE_SEGMENTS_GENERATION_NAME_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The name of the current generation, read from Redis in such a way that Redis
 * tells when it changes, if copies may be kept. Loop thread only. */
struct worker;

struct generation_name {
	struct span text; /* empty: nothing has been parsed; borrowed */
	bool is_kept;     /* its copy may be kept, under */
	uint64_t stamp;   /* (copies.h) */
};

/* name  text is empty when err is not ERR_OK */
typedef void generation_name_fn(
    enum err err, const struct generation_name *name, void *arg);

/* Sent with what else goes to Redis in this pass of the loop. fn is called once,
 * and never from inside; redis_close() calls it, too. On failure it is not. */
enum err generation_name_read(struct worker *w, generation_name_fn *fn,
    void *arg) __attribute__((warn_unused_result));

#endif
