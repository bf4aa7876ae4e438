/* throttle:{<block>}:<login> and throttle:{<block>}, a hash each, in one slot;
 * throttle:login:<login>, a number. All expire. */
#include "worker/store/throttle.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/query.h"

#include <inttypes.h>

enum {
	MEMORY_S = 3600,          /* of failures */
	KNOWN_S = 30 * 24 * 3600, /* of where somebody has logged in */
};

#define BLOCK "throttle:{%b}"
#define PAIR  BLOCK ":%b"

enum req_state
store_throttle_login(
    struct req *r, const struct throttle *t, int64_t *failures, req_step *next)
{
	return store_send(r, store_decode_number, failures, next,
	    "GET throttle:login:%b", t->login.data, t->login.len);
}

enum req_state
store_throttle_ask(struct req *r, const struct throttle *t, bool is_attacked,
    int64_t *wait_ms, req_step *next)
{
	return store_script(r, store_decode_number, wait_ms, next,
	    SCRIPT_THROTTLE_ASK, 2,
	    PAIR " " BLOCK " %" PRId64 " %" PRId64 " %" PRId64 " %d000 %d",
	    t->block.data, t->block.len, t->login.data, t->login.len,
	    t->block.data, t->block.len, t->free, t->free_block, t->longest_ms,
	    (int)MEMORY_S, is_attacked ? 1 : 0);
}

static void
on_counted(enum err err, const struct redisReply *reply, void *arg)
{
	(void)err;
	(void)reply;
	(void)arg;
}

/* Nobody waits for it: the next command on the connection comes after it. A
 * count without its expiry gets one with the next failure. */
static void
count(struct req *r, struct span login)
{
	struct redis *redis = r->worker->redis;
	int64_t deadline_ms = r->worker->setup->config->redis_timeout_ms;
	enum err err = redis_sendf(redis, on_counted, NULL, deadline_ms,
	    "INCR throttle:login:%b", login.data, login.len);

	if (err == ERR_OK)
		err = redis_sendf(redis, on_counted, NULL, deadline_ms,
		    "EXPIRE throttle:login:%b %d NX", login.data, login.len,
		    (int)MEMORY_S);
	(void)err;
}

enum req_state
store_throttle_fail(struct req *r, const struct throttle *t, req_step *next)
{
	count(r, t->login);
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_THROTTLE_FAIL, 2, PAIR " " BLOCK " %d000", t->block.data,
	    t->block.len, t->login.data, t->login.len, t->block.data,
	    t->block.len, (int)MEMORY_S);
}

enum req_state
store_throttle_pass(struct req *r, const struct throttle *t, req_step *next)
{
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_THROTTLE_PASS, 1, PAIR " %d", t->block.data, t->block.len,
	    t->login.data, t->login.len, (int)KNOWN_S);
}
