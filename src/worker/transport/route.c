/* Finds the row of a request by comparing path segments. A linear search: the
 * table is short, and most rows differ in the first bytes. */
#include "worker/transport/route.h"

static enum req_state
answer(struct req *r)
{
	return req_done(r);
}

static enum err
encode_options(struct req *r)
{
	r->out.status = 204;
	return ERR_OK;
}

static const struct route options = {
	.method = METHOD_OPTIONS,
	.path = "*",
	.serve = answer,
	.encode = encode_options,
};

/* A number beyond all ids is an id all the same: nobody's, so another's. */
static bool
id_parse(struct span text, int64_t *id)
{
	int64_t value = 0;

	if (text.len == 0 || text.data[0] == '0')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.data[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			value = INT64_MAX;
	}
	*id = value;
	return true;
}

/* Compares up to the next brace, which is no byte of a path, takes the segment
 * there, goes on. */
static bool
matches(const char *pattern, struct span path, struct req *r)
{
	const char *at = path.data, *end = path.data + path.len;

	for (;;) {
		while (at < end && *at == *pattern) {
			at++;
			pattern++;
		}
		if (*pattern != '{')
			return *pattern == '\0' && at == end;
		struct span segment = span_of(at, 0);
		while (at < end && *at != '/')
			at++;
		segment.len = (size_t)(at - segment.data);
		bool is_id = id_parse(segment, &r->path_id);
		if (segment.len == 0 || (pattern[1] == 'i' && !is_id))
			return false;
		r->path_name = segment;
		while (*pattern++ != '}')
			;
	}
}

static enum err
allow(struct req *r, unsigned methods)
{
	bool get = methods & 1u << METHOD_GET;

	r->out.allow =
	    arena_printf(&r->arena, "%s%s%s%sOPTIONS", get ? "GET, HEAD, " : "",
		methods & 1u << METHOD_POST ? "POST, " : "",
		methods & 1u << METHOD_PATCH ? "PATCH, " : "",
		methods & 1u << METHOD_DELETE ? "DELETE, " : "");
	return r->out.allow ? ERR_OK : ERR_NO_MEMORY;
}

/* OPTIONS: what a path, or "*" the server, can be asked. */
static enum err
find_options(struct req *r, unsigned methods)
{
	enum err e = allow(r, methods);

	if (e != ERR_OK)
		return e;
	if (r->method != METHOD_OPTIONS)
		return ERR_METHOD;
	if (methods & 1u << METHOD_PATCH && r->path.data[0] != '*')
		r->out.accept_patch = "application/json";
	r->route = &options;
	return ERR_OK;
}

static unsigned
all_methods(const struct routes *table)
{
	unsigned methods = 0;

	for (size_t i = 0; i < table->len; i++)
		methods |= 1u << table->rows[i].method;
	return methods;
}

enum err
route_find(const struct routes *table, struct req *r)
{
	enum req_method method =
	    r->method == METHOD_HEAD ? METHOD_GET : r->method;
	char first = r->path.len > 1 ? r->path.data[1] : '\0';
	unsigned methods = 0;
	const char *known = NULL;

	if (r->path.data[0] == '*')
		return find_options(r, all_methods(table));
	for (size_t i = 0; i < table->len; i++) {
		const struct route *row = &table->rows[i];

		/* Most rows differ in the first letter. */
		if (row->path[1] != first)
			continue;
		/* A literal path is not another row's {id} or {job}. */
		if (known != NULL && strcmp(known, row->path) != 0)
			continue;
		r->path_id = 0;
		r->path_name = span_of(NULL, 0);
		if (!matches(row->path, r->path, r))
			continue;
		known = row->path;
		methods |= 1u << row->method;
		if (row->method == method) {
			r->route = row;
			return ERR_OK;
		}
	}
	return methods == 0 ? ERR_NOT_FOUND : find_options(r, methods);
}
