#ifndef TRAWL_WORKER_STORE_JOBS_COUNTRY_STORE_H
#define TRAWL_WORKER_STORE_JOBS_COUNTRY_STORE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/geo/address.h"
#include "worker/store/redis/bulk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a paid API has said about addresses, remembered for all workers of all
 * hosts, and who is asking it right now, so that nobody else asks the same. Keys
 * `{countries}:<address>`, all in one slot. Countries are numbers of country.h. Each
 * returns ERR_OK, ERR_CORRUPT, ERR_NO_MEMORY, or as bulk_run(). Pool threads. */
enum {
	COUNTRY_OPEN = 0xffff, /* nobody knows it, or somebody is asking */
	COUNTRY_OURS = 0xfffe, /* to be asked for by us */
	COUNTRY_WHO = 192,     /* bytes of an asker's name, '\0' included */
};

/* Which of them are known; COUNTRY_OPEN for the others. */
enum err country_fetch(struct bulk *b, const struct address *addresses,
    size_t len, uint16_t *countries) __attribute__((warn_unused_result));

/* A task that asks. */
struct country_asker {
	/* "job 7 map 3 entry 1795763360197-0 delivery 1", no longer than
	 * COUNTRY_WHO: so a batch that is sent again knows its own claims, and who
	 * has a task those of who had it before. */
	const char *who;
	int64_t claim_s;    /* until what it asks for is anybody's again */
	struct span silent; /* as task_silent() has it: whose claims are void */
};

/* Takes on what nobody knows and nobody asks for: COUNTRY_OURS. What another task of
 * the running job is asking for is COUNTRY_OPEN. */
enum err country_claim(struct bulk *b, const struct address *addresses,
    size_t len, const struct country_asker *asker, uint16_t *countries)
    __attribute__((warn_unused_result));

/* What `who` has claimed of them is anybody's again. */
enum err country_release(struct bulk *b, const struct address *addresses,
    size_t len, const char *who) __attribute__((warn_unused_result));

/* Remembers what the API has said, for `ttl_s`; claims on these addresses end. */
enum err country_keep(struct bulk *b, const struct address *addresses,
    size_t len, const uint16_t *countries, int64_t ttl_s)
    __attribute__((warn_unused_result));

/* The API failed: claims on these addresses end, and for `retry_s` nobody asks it.
 *
 * why  in words */
enum err country_give_up(struct bulk *b, const struct address *addresses,
    size_t len, const char *why, int64_t retry_s)
    __attribute__((warn_unused_result));

/* Why nobody is to ask it now, in the arena; the empty span: it may be asked. */
enum err country_away(struct bulk *b, struct arena *a, struct span *why)
    __attribute__((warn_unused_result));

#endif
