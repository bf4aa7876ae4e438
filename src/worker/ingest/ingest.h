#ifndef TRAWL_WORKER_INGEST_INGEST_H
#define TRAWL_WORKER_INGEST_INGEST_H

#include "common/base/err.h"
#include "worker/store/record.h"

#include <stdbool.h>
#include <stdint.h>

/* One worker's part in every parse: it takes tasks from the queue in Redis and
 * does them on the parsing pool, one at a time, and it starts or joins a job
 * for whoever asks for a parse. Loop thread only; all work, and the Redis
 * traffic in bulk, is on the pool. */
struct ingest;
struct worker;

/* Begins to take tasks. `w` is borrowed until ingest_close and has its loop,
 * setup and parse_pool. NULL when memory is out. */
struct ingest *ingest_open(struct worker *w);

/* Stops the running task at its next look, answers who waits with
 * ERR_DRAINING, frees within the loop's next turns; before pool_close. NULL is
 * allowed. */
void ingest_close(struct ingest *i);

/* How a parse ended. */
struct parse_outcome {
	enum err err;
	const char *words;        /* of a failure, for a person; may be empty */
	const struct record *job; /* its record when err is ERR_OK */
};

/* outcome  borrowed, with all in it, until the callback returns */
typedef void parse_fn(const struct parse_outcome *outcome, void *arg);

/* Parses the log, or waits for the parse that runs; if the log is longer than
 * what that one reads, parses the rest as well.
 *
 * is_full  everything is read again, whatever is known of the log
 * fn       called exactly once, never from inside this function
 * Returns ERR_OK, ERR_OVERLOAD or ERR_NO_MEMORY (fn is not called then). */
enum err ingest_parse(struct ingest *i, bool is_full, parse_fn *fn, void *arg)
    __attribute__((warn_unused_result));

#endif
