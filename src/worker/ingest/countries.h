#ifndef TRAWL_WORKER_INGEST_COUNTRIES_H
#define TRAWL_WORKER_INGEST_COUNTRIES_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/geo/geo.h"
#include "worker/context.h"
#include "worker/ingest/job_view.h"
#include "worker/store/redis/bulk.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Where the countries of a job come from. The job fixes it before its first task:
 * the local tables, or IPinfo. An address becomes a country where a
 * tally meets it first, so for IPinfo a task reads its chunk twice: once with a
 * table that knows nothing and notes every address; then what Redis does not
 * remember is asked for, in batches; then again, with the answers. That needs
 * neither a phase of its own nor another way through the log, costs a second
 * reading of what is in the page cache, and no address is asked for twice: who
 * asks, claims (country_store.h).
 *
 * All or nothing: when IPinfo fails, the job ends with ERR_NO_COUNTRIES, and for
 * `ipinfo_retry_s` every job is planned with the local tables; the one after it
 * is such a one, from the log's first byte. So no generation mixes sources. */

/* What a job that begins now takes.
 *
 * source  its name, which two parses must share for one to go on from the other
 * why     it is not IPinfo though a token is set; empty otherwise
 * Both are borrowed from `setup`, or the arena's. Thread: a pool thread. */
enum err countries_choose(const struct worker_setup *setup, struct bulk *b,
    struct arena *a, struct span *source, struct span *why)
    __attribute__((warn_unused_result));

/* Whether this worker has that source. Any thread. */
bool countries_are_ours(const struct worker_setup *setup, struct span source);

/* The countries of one task. */
struct countries {
	const struct geo
	    *geo;        /* for its tallies; valid until countries_close */
	struct geo *own; /* NULL: geo is the worker's */
	struct address_table *table;
};

/* ERR_OK or ERR_NO_MEMORY; countries_close in any case. */
enum err countries_open(struct countries *c, const struct worker_setup *setup,
    struct span source) __attribute__((warn_unused_result));
void countries_close(struct countries *c);

/* What the tallies have asked for and got no answer is answered.
 *
 * who     is asking, as country_claim() wants it
 * stop    non-zero ends it with ERR_STALE
 * is_any  filled: something was open, so the tallies are to be made again
 * Returns ERR_OK, ERR_NO_COUNTRIES with words, or what Redis says. */
enum err countries_answer(struct countries *c, const struct worker_setup *setup,
    struct bulk *b, const char *who, const _Atomic int *stop, bool *is_any,
    struct problem *why) __attribute__((warn_unused_result));

#endif
