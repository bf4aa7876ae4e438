#ifndef TRAWL_WORKER_TRANSPORT_ROUTE_H
#define TRAWL_WORKER_TRANSPORT_ROUTE_H

#include "worker/req.h"

/* One endpoint: the way of a request through the layers, as data. The checks
 * come in the order of the columns. */
struct route {
	enum req_method method; /* a GET route answers HEAD too */
	/* Begins with '/' and a letter, if it is not "/" alone. "{id}" stands for
	 * [1-9][0-9]* (else there is no such path; beyond int64 it is INT64_MAX,
	 * nobody's), "{n}" and "{job}" for any segment, which api judges. */
	const char *path;
	bool session; /* a token is required: 401 */
	/* Starts what `serve` will want of the store, so that it comes in one
	 * round trip with a session that has to be read; NULL: nothing. */
	void (*early)(struct req *r);
	enum err (*permit)(struct req *r); /* 403; NULL: for everybody */
	/* It has passwords hashed: when no place for that is left, it is refused
	 * before its body is looked at (503). */
	bool hashes;
	enum err (*decode)(struct req *r); /* 415, 400; NULL: nothing to read */
	req_step *serve;                   /* 429, the work */
	enum err (*encode)(struct req *r); /* sets out.status and out.body */
	/* What is answered to a GET without a query, if that is a document that
	 * is there already and nothing else has to be done; NULL: it is not,
	 * or never. Only where nobody is forbidden anything. */
	struct document *(*ready)(struct worker *w, int64_t path_id);
};

struct routes {
	const struct route *rows;
	size_t len;
	/* Writes out.err in the one error shape; cannot fail. */
	enum err (*encode_error)(struct req *r);
};

/* Sets r->route, path_id and path_name. ERR_NOT_FOUND; ERR_METHOD with out.allow
 * set. OPTIONS of a known path is a route of its own that sets out.allow. */
enum err route_find(const struct routes *table, struct req *r);

#endif
