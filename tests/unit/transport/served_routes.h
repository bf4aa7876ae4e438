#ifndef TRAWL_TESTS_TRANSPORT_SERVED_ROUTES_H
#define TRAWL_TESTS_TRANSPORT_SERVED_ROUTES_H

/* A route table whose endpoints do what tests want to see: answer at once, wait,
 * answer much, refuse. Include after cmocka.h. */
#include "worker/document.h"
#include "worker/req.h"
#include "worker/transport/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIG = 4 << 20 }; /* bytes of GET /big */

static struct req *held; /* of the request that waits in /wait */
static int encoded;      /* answers of /wait that were encoded */
static char *big;
static struct document *document; /* the test's: what /document answers */

static enum req_state
done(struct req *r)
{
	return req_done(r);
}

static enum req_state
hold(struct req *r)
{
	held = r;
	return req_wait(r, done);
}

static enum err
encode_hello(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("{\"hello\":\"world\"}");
	return ERR_OK;
}

static enum err
encode_echo(struct req *r)
{
	r->out.status = 200;
	r->out.body = r->body;
	return ERR_OK;
}

static enum err
encode_waited(struct req *r)
{
	encoded++;
	r->out.status = 200;
	r->out.body = r->path;
	return ERR_OK;
}

static enum err
encode_big(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_of(big, BIG);
	return ERR_OK;
}

static enum req_state
give_document(struct req *r)
{
	document_hold(document);
	r->out.document = document;
	r->out.body = document->body;
	return req_done(r);
}

static int ready; /* times that /document was answered without a request */

static struct document *
ready_document(struct worker *w, int64_t id)
{
	(void)w;
	assert_int_equal(id, 0);
	ready += document != NULL;
	return document;
}

static enum err
encode_document(struct req *r)
{
	r->out.status = 200;
	return ERR_OK;
}

/* Events without end: each waits until the test resumes it. */
static req_step hold_event;

static enum req_state
next_event(struct req *r)
{
	r->out.is_stream = true;
	r->out.more = hold_event;
	return req_done(r);
}

static enum req_state
hold_event(struct req *r)
{
	held = r;
	return req_wait(r, next_event);
}

static enum err
encode_event(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("event\n\n");
	return ERR_OK;
}

static enum err
encode_id(struct req *r)
{
	char *text = arena_printf(&r->arena, "%lld", (long long)r->path_id);

	r->out.status = 200;
	r->out.body = span_text(text);
	r->out.etag = "\"1\"";
	return ERR_OK;
}

static enum err
decode_json(struct req *r)
{
	return span_is_equal(r->content_type, span_text("application/json"))
		   ? ERR_OK
		   : ERR_NOT_JSON;
}

static enum err
decode_nothing(struct req *r)
{
	(void)r;
	return ERR_OK;
}

static enum err
forbid(struct req *r)
{
	(void)r;
	return ERR_FORBIDDEN;
}

static enum err
encode_error(struct req *r)
{
	char *text = arena_printf(&r->arena, "{\"message\":\"%s\"}",
	    r->out.detail ? r->out.detail : err_text(r->out.err));

	r->out.body = span_text(text);
	return ERR_OK;
}

static const struct route test_rows[] = {
	{ METHOD_GET, "/", false, NULL, NULL, false, NULL, done, encode_hello,
	    NULL },
	{ METHOD_POST, "/", false, NULL, NULL, false, NULL, done, encode_echo,
	    NULL },
	{ METHOD_GET, "/wait", false, NULL, NULL, false, NULL, hold,
	    encode_waited, NULL },
	{ METHOD_POST, "/wait", false, NULL, NULL, false, NULL, hold,
	    encode_echo, NULL },
	{ METHOD_GET, "/events", false, NULL, NULL, false, decode_nothing,
	    next_event, encode_event, NULL },
	{ METHOD_GET, "/big", false, NULL, NULL, false, NULL, done, encode_big,
	    NULL },
	{ METHOD_GET, "/document", false, NULL, NULL, false, NULL,
	    give_document, encode_document, ready_document },
	{ METHOD_POST, "/json", false, NULL, NULL, false, decode_json, done,
	    encode_echo, NULL },
	{ METHOD_POST, "/hashed", false, NULL, NULL, true, decode_json, done,
	    encode_echo, NULL },
	{ METHOD_POST, "/secret", true, NULL, forbid, false, NULL, done,
	    encode_echo, NULL },
	{ METHOD_POST, "/forbidden", false, NULL, forbid, false, decode_json,
	    done, encode_echo, NULL },
	{ METHOD_GET, "/user/all", false, NULL, NULL, false, NULL, done,
	    encode_hello, NULL },
	{ METHOD_PATCH, "/user/{id}", false, NULL, NULL, false, NULL, done,
	    encode_id, NULL },
	{ METHOD_DELETE, "/user/{id}", false, NULL, NULL, false, NULL, done,
	    encode_id, NULL },
	{ METHOD_GET, "/report/{n}", false, NULL, NULL, false, NULL, done,
	    encode_id, NULL },
};

static const struct routes test_routes = {
	test_rows,
	sizeof(test_rows) / sizeof(test_rows[0]),
	encode_error,
};

#endif
