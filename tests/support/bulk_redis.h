#ifndef TRAWL_TESTS_SUPPORT_BULK_REDIS_H
#define TRAWL_TESTS_SUPPORT_BULK_REDIS_H

#include "common/base/arena.h"
#include "support/redis_process.h"
#include "worker/store/redis/bulk.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A real Redis and a blocking connection to it, with an arena: cmocka's setup
 * and teardown; *state is the struct. */
struct bulk_redis {
	struct redis_process server;
	struct bulk *bulk;
	struct arena arena;
	_Atomic int stop;
};

static inline int
bulk_redis_open(void **state)
{
	struct bulk_redis *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	signal(SIGPIPE, SIG_IGN);
	redis_process_init(&t->server);
	arena_init(&t->arena);
	t->bulk = bulk_new(&t->server.address, &t->stop, 5000);
	assert_non_null(t->bulk);
	*state = t;
	return 0;
}

static inline int
bulk_redis_close(void **state)
{
	struct bulk_redis *t = *state;

	bulk_free(t->bulk);
	arena_reset(&t->arena);
	redis_process_cleanup(&t->server);
	free(t);
	return 0;
}

#endif
