#ifndef TRAWL_WORKER_CONTEXT_H
#define TRAWL_WORKER_CONTEXT_H

#include "worker/setup.h"

#include <stdbool.h>

struct uv_loop_s;
struct redis;
struct copies;
struct current;
struct ingest;
struct pool;
struct rendered;
struct seen;
struct server;
struct succession;

/* What the layers of one worker share, made by worker_run() and passed along as
 * req.worker. Each pointer is one layer's own, opaque to the others. */
struct worker {
	/* Config, geo, shared mapping, keys. */
	const struct worker_setup *setup;
	struct uv_loop_s *loop;
	struct redis *redis;           /* store: the commands of requests */
	struct copies *copies;         /* store: sessions that are remembered */
	struct current *current;       /* store: which generation is */
	struct succession *succession; /* store: of one by the next */
	struct ingest *ingest;     /* ingest: tasks and jobs; own connections */
	struct rendered *rendered; /* service: reports that are ready */
	struct seen *seen;         /* service: sessions noted this minute */
	struct pool *hash_pool;    /* passwords */
	struct pool *report_pool;  /* reports that are not ready */
	struct pool *parse_pool;   /* chunks, merges */
	struct server *server;     /* transport */
	bool is_draining;
};

#endif
