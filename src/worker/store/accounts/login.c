/* login:<login>, one string each: the id. */
#include "worker/store/accounts/login.h"
#include "worker/store/redis/query.h"

#include <inttypes.h>

enum req_state
store_login_find(
    struct req *r, struct span login, int64_t *owner, req_step *next)
{
	return store_send(r, store_decode_number, owner, next, "GET login:%b",
	    login.data, login.len);
}

enum req_state
store_login_claim(struct req *r, struct span login, int64_t id, int64_t *owner,
    req_step *next)
{
	return store_send(r, store_decode_number, owner, next,
	    "SET login:%b %" PRId64 " NX GET", login.data, login.len, id);
}

enum req_state
store_login_reclaim(struct req *r, struct span login, int64_t gone, int64_t id,
    bool *is_ours, req_step *next)
{
	return store_script(r, store_decode_flag, is_ours, next,
	    SCRIPT_LOGIN_RECLAIM, 1, "login:%b %" PRId64 " %" PRId64,
	    login.data, login.len, gone, id);
}

enum req_state
store_login_release(
    struct req *r, struct span login, int64_t id, req_step *next)
{
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_LOGIN_RELEASE, 1, "login:%b %" PRId64, login.data, login.len,
	    id);
}
