/* throttle:{<place>}:<login> and throttle:{<place>}, a hash each, in one slot;
 * throttle:login:<login>, a number. All expire. */
#include "worker/store/accounts/throttle.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/redis/query.h"

#include <inttypes.h>

enum {
	MEMORY_S = 3600,          /* of failures */
	KNOWN_S = 30 * 24 * 3600, /* of where somebody has logged in */
	KNOWN_AGAIN_S = 24 * 3600,
};

#define LOGIN "throttle:login:%b %d"
#define BLOCK "throttle:{%b}"
#define PAIR  BLOCK ":%b " BLOCK

#define LOGIN_OF(t) (t)->login.data, (t)->login.len, (int)MEMORY_S
#define PAIR_OF(t)                                                        \
	(t)->place.data, (t)->place.len, (t)->login.data, (t)->login.len, \
	    (t)->place.data, (t)->place.len

enum req_state
store_throttle_login(
    struct req *r, const struct throttle *t, int64_t *failures, req_step *next)
{
	return store_script(r, store_decode_number, failures, next,
	    SCRIPT_THROTTLE_LOGIN, 1, LOGIN " try", LOGIN_OF(t));
}

enum req_state
store_throttle_try(struct req *r, const struct throttle *t, bool is_attacked,
    int64_t *wait_ms, req_step *next)
{
	return store_script(r, store_decode_number, wait_ms, next,
	    SCRIPT_THROTTLE_TRY, 2,
	    PAIR " %" PRId64 " %" PRId64 " %" PRId64 " %d000 %d", PAIR_OF(t),
	    t->free, t->free_place, t->longest_ms, (int)MEMORY_S,
	    is_attacked ? 1 : 0);
}

static void
on_told(enum err err, const struct redisReply *reply, void *arg)
{
	(void)err;
	(void)reply;
	(void)arg;
}

/* Sends a script whose answer nobody waits for. */
static void
tell(struct worker *w, enum script script, int keys, const char *format, ...)
{
	va_list args;
	enum err err;

	va_start(args, format);
	err = redis_vscriptf(w->redis, on_told, NULL,
	    w->setup->config->redis_timeout_ms, script, keys, format, args);
	va_end(args);
	(void)err;
}

enum req_state
store_throttle_fail(struct req *r, const struct throttle *t, req_step *next)
{
	tell(r->worker, SCRIPT_THROTTLE_LOGIN, 1, LOGIN " fail", LOGIN_OF(t));
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_THROTTLE_FAIL, 2, PAIR " %d000", PAIR_OF(t), (int)MEMORY_S);
}

void
store_throttle_pass(struct worker *w, const struct throttle *t)
{
	tell(w, SCRIPT_THROTTLE_LOGIN, 1, LOGIN " back", LOGIN_OF(t));
	tell(w, SCRIPT_THROTTLE_PASS, 2, PAIR " %d %d", PAIR_OF(t),
	    (int)KNOWN_S, (int)KNOWN_AGAIN_S);
}

void
store_throttle_back(
    struct worker *w, const struct throttle *t, bool of_login, bool of_place)
{
	if (of_login)
		tell(w, SCRIPT_THROTTLE_LOGIN, 1, LOGIN " back", LOGIN_OF(t));
	if (of_place)
		tell(w, SCRIPT_THROTTLE_BACK, 2, PAIR, PAIR_OF(t));
}
