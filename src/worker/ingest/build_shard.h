#ifndef TRAWL_WORKER_INGEST_BUILD_SHARD_H
#define TRAWL_WORKER_INGEST_BUILD_SHARD_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/tally.h"
#include "worker/ingest/job_view.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"
#include "worker/store/segments/segment.h"

#include <stdbool.h>

/* What everything that is built for one job has in common. */
struct base;
struct build {
	struct bulk *bulk;
	const struct job_view *job;
	struct arena *arena; /* owner of all records */
	struct base *base;   /* what the job goes on from; NULL: it reads all */
	/* To read from the base while `bulk` collects what is written: with
	 * appendfsync always every batch of writes is a wait for the disk. */
	struct bulk *reader;
};

/* "7-day-2018-08-01", "7-tail-carts-03": job 7, with or without its tail. */
void build_segment_id(char id[SEGMENT_ID_SIZE], const struct build *b,
    bool is_tail, const char *name);

/* Writes the segments of `shards` shards from `first` on and says in out[i] (empty
 * records) what the commit needs of each:
 *
 *	carts, addresses   ids of the segments, a base before its deltas; no field:
 *	                   nothing is in it
 *	days               "<day> <begun> <paid> ...": what its carts add to days
 *	tail carts         a delta; with `tail days` only when the tail is here
 *	tail days          as days, with the tail
 *
 * s  [shards], filled */
struct shard_carts {
	struct columns lines; /* of what the job has read, without the tail */
	struct columns tail;  /* empty: nothing in it, or there is none */
	struct columns known; /* of those in lines and tail that the base has */
};
enum err build_shards(const struct build *b, unsigned first, unsigned shards,
    const struct tally *t, const struct shard_carts *s, struct record *out)
    __attribute__((warn_unused_result));

/* Fills lines and tail of s[0] to s[SHARDS - 1]; build_carts_cleanup gives them
 * back in any case.
 *
 * t     of what the job has read, without the tail
 * tail  of the tail; NULL: there is none */
enum err build_carts_of(const struct tally *t, const struct tally *tail,
    struct shard_carts *s) __attribute__((warn_unused_result));

/* Fills what the base knows of s[0] to s[shards - 1], of the shards from `first`
 * on. */
enum err build_carts(const struct build *b, unsigned first, unsigned shards,
    struct shard_carts *s) __attribute__((warn_unused_result));
void build_carts_cleanup(struct shard_carts *s, unsigned shards);

/* t := what the base knows of the visitors in these shards, then t, with the
 * votes at the border; for the job that reads all it is t. Before build_shards.
 * On an error *t may only be freed. */
enum err build_border(const struct build *b, unsigned first, unsigned shards,
    struct tally **t, const struct tally *tail)
    __attribute__((warn_unused_result));

#endif
