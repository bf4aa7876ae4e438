#ifndef TRAWL_WORKER_INGEST_INGEST_H
#define TRAWL_WORKER_INGEST_INGEST_H

#include "common/base/err.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stdint.h>

/* One worker's part in every parse: it takes tasks from the queue in Redis and
 * does them on the parsing pool, and it starts or joins a job for whoever asks
 * for a parse. Loop thread only; all work, and the Redis
 * traffic in bulk, is on the pool. */
struct ingest;
struct watches;
struct worker;

/* Begins to take tasks. `w` is borrowed until ingest_close and has its loop,
 * setup and parse_pool. NULL when memory is out. */
struct ingest *ingest_open(struct worker *w);

/* Stops the running task at its next look, answers who waits with
 * ERR_DRAINING, frees within the loop's next turns; before pool_close. NULL is
 * allowed. */
void ingest_close(struct ingest *i);

/* What somebody wants of a parse. */
struct parse_wish {
	bool is_full;    /* everything is read again, whatever is known */
	bool yields;     /* as in plan_wish */
	int64_t wait_ms; /* so long for its end; then its job is the answer */
	int64_t keep_s;  /* how long its record is of interest at least */
	/* Whether nobody waits any longer, asked with the argument of parse_fn
	 * now and then; the job is the answer then, too. NULL: somebody does. */
	bool (*is_gone)(void *arg);
};

/* How a parse ended, or how far it is. */
struct parse_outcome {
	enum err err;
	const char *words;        /* of a failure, for a person; may be empty */
	bool is_accepted;         /* it is not waited for any longer */
	const struct record *job; /* its record when err is ERR_OK */
	int64_t number;           /* its number; 0: as the record says */
};

/* outcome  borrowed, with all in it, until the callback returns */
typedef void parse_fn(const struct parse_outcome *outcome, void *arg);

/* Parses the log, or waits for the parse that runs; when that one reads less
 * than there is by now, or only what is new and all is wanted, for the one after
 * it.
 *
 * fn  called exactly once, never from inside this function
 * Returns ERR_OK, ERR_OVERLOAD or ERR_NO_MEMORY (fn is not called then). */
enum err ingest_parse(struct ingest *i, const struct parse_wish *wish,
    parse_fn *fn, void *arg) __attribute__((warn_unused_result));

/* With the setting `follow`: whether this worker keeps the reports up to date,
 * which one of a host is enough for. Not at first. */
void ingest_follow(struct ingest *i, bool is_leading);

/* Watches a job, see watch.h. */
struct watches *ingest_watches(struct ingest *i);

#endif
