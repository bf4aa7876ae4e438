/* Sessions: whose a token is, and the end of it.
 *
 *	service_session  remembered, or the digest of the token names it
 *	found            it has not expired
 */
#include "worker/service/session.h"
#include "worker/context.h"
#include "worker/service/clock.h"
#include "worker/store/accounts/session.h"
#include "worker/store/copies/copies.h"

#include <strings.h>

static req_step found;

struct lookup {
	int64_t left_ms;
	req_step *next;
};

/* "<token>" or "Bearer <token>"; a scheme's case does not matter (RFC 9110,
 * section 11.1). */
static struct span
token_of(struct span authorization)
{
	static const char scheme[] = "bearer ";
	struct span token = authorization;

	/* Most say nothing; a token begins with a digit. */
	if (token.len >= sizeof(scheme) - 1 &&
	    (token.data[0] | 0x20) == scheme[0] &&
	    strncasecmp(token.data, scheme, sizeof(scheme) - 1) == 0) {
		token.data += sizeof(scheme) - 1;
		token.len -= sizeof(scheme) - 1;
		while (token.len > 0 && token.data[0] == ' ') {
			token.data++;
			token.len--;
		}
	}
	return token;
}

void
service_session_prefetch(struct req *r)
{
	r->session.is_tagged = copies_tag(
	    r->worker->copies, token_of(r->authorization), r->session.tag);
}

void
service_session_prefetch_next(struct worker *w, struct span authorization)
{
	uint8_t tag[TOKEN_TAG_SIZE];

	(void)copies_tag(w->copies, token_of(authorization), tag);
}

bool
service_session_is_at_hand(struct worker *w, struct span token)
{
	uint8_t tag[TOKEN_TAG_SIZE];

	return copies_tag(w->copies, token, tag) &&
	       store_session_is_at_hand(w, tag, clock_minute());
}

struct span
service_session_token(const struct req *r)
{
	return token_of(r->authorization);
}

enum req_state
service_session(struct req *r, void (*early)(struct req *r), req_step *next)
{
	struct lookup *l;

	if (!r->session.is_tagged)
		service_session_prefetch(r);
	if (store_session_recall(r, clock_minute()))
		return next(r);
	l = arena_alloc(&r->arena, sizeof(*l));
	if (!l)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = l;
	l->next = next;
	if (!token_digest(&r->worker->setup->key, token_of(r->authorization),
		&r->session.user_id, r->session.digest))
		return req_fail(r, ERR_NO_SESSION);
	if (early)
		early(r);
	return store_session_read(r, &l->left_ms, found);
}

const char *
service_session_digest(struct req *r)
{
	if (!r->session.digest[0])
		(void)token_digest(&r->worker->setup->key,
		    token_of(r->authorization), &r->session.user_id,
		    r->session.digest);
	return r->session.digest;
}

static enum req_state
found(struct req *r)
{
	struct lookup *l = r->chain;

	if (l->left_ms <= 0)
		return req_fail(r, ERR_NO_SESSION);
	return l->next(r);
}
