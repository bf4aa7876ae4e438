#include "worker/transport/fast_path.h"

#include "worker/document.h"
#include "worker/service/session.h"
#include "worker/transport/conn.h"
#include "worker/transport/exchange.h"
#include "worker/transport/response.h"
#include "worker/transport/server.h"

void
fast_path_prefetch_next(const struct conn *c, struct span token, size_t used)
{
	const char *end = c->input.data + c->input.end;

	if (token.len > 0 && (size_t)(end - token.data) >= used + token.len)
		service_session_prefetch_next(
		    c->server->worker, span_of(token.data + used, token.len));
}

/* Whether the session is good that a head asks for, which may need none. */
static bool
is_known(struct worker *w, const struct route *route, struct span token)
{
	return !route->session || service_session_is_at_hand(w, token);
}

bool
fast_path_answer(struct conn *c)
{
	struct server *s = c->server;
	struct input *in = &c->input;
	const struct cached_head *head;
	struct document *d;
	struct span token;
	size_t used;

	if (in->parsed != in->start || !http_is_at_start(&c->http) ||
	    s->is_draining)
		return false;
	head = head_cache_find(&s->head_cache,
	    span_of(in->data + in->start, in->end - in->start), &token, &used);
	if (head == NULL)
		return false;
	fast_path_prefetch_next(c, token, used);
	if (!is_known(s->worker, head->route, token))
		return false;
	d = head->route->ready(s->worker, head->path_id);
	date_now(&s->date);
	/* Who may not pass is one of those that the usual way asks; who passes is
	 * counted, and answered here. */
	if (d == NULL || !response_is_ready(d, &s->date) ||
	    !admission_pass(&s->admission))
		return false;
	output_lend_document(&s->output, d);
	in->parsed += used;
	server_count_request(s);
	conn_await(c);
	return true;
}

void
fast_path_remember(const struct conn *c)
{
	const struct req *r = &c->exchange->req;
	const struct input *in = &c->input;

	if (r->out.document == NULL || r->out.status != 200 ||
	    !c->http.is_plain || r->method != METHOD_GET ||
	    r->route->ready == NULL || r->query.len > 0 ||
	    r->if_match.len > 0 || r->if_none_match.len > 0 ||
	    r->session.is_noted != r->route->session)
		return;
	head_cache_keep(&c->server->head_cache,
	    span_of(in->data + in->start, in->parsed - in->start),
	    r->route->session ? service_session_token(r) : span_of(NULL, 0),
	    r->route, r->path_id);
}
