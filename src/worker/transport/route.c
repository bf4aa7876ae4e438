/* Finds the row of a request by comparing path segments. A linear search: the
 * table is short, and most rows differ in the first bytes. */
#include "worker/transport/route.h"

#include <ctype.h>

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
	uint64_t value;

	if (text.len == 0 || text.data[0] == '0')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!isdigit((unsigned char)text.data[i]))
			return false;
	*id = span_to_u64(text, &value) && value < INT64_MAX ? (int64_t)value
							     : INT64_MAX;
	return true;
}

/* Compares up to the next brace, takes the segment there, goes on. */
static bool
matches(const char *pattern, struct span path, struct req *r)
{
	size_t at = 0;

	while (*pattern != '\0') {
		if (*pattern != '{') {
			if (at == path.len || path.data[at] != *pattern)
				return false;
			pattern++;
			at++;
			continue;
		}
		struct span segment = span_of(path.data + at, 0);
		while (at < path.len && path.data[at] != '/')
			at++;
		segment.len = (size_t)(path.data + at - segment.data);
		bool is_id = id_parse(segment, &r->path_id);
		if (segment.len == 0 || (pattern[1] == 'i' && !is_id))
			return false;
		r->path_name = segment;
		pattern = strchr(pattern, '}') + 1;
	}
	return at == path.len;
}

/* Most rows differ in the first letter: no need to look further. */
static bool
differs_early(const char *pattern, struct span path)
{
	return path.len > 1 && pattern[1] != path.data[1] && pattern[1] != '{';
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

enum err
route_find(const struct routes *table, struct req *r)
{
	enum req_method method =
	    r->method == METHOD_HEAD ? METHOD_GET : r->method;
	bool is_any = r->path.len == 1 && r->path.data[0] == '*';
	unsigned methods = 0;
	const char *known = NULL;

	for (size_t i = 0; i < table->len; i++) {
		const struct route *row = &table->rows[i];

		/* A literal path is not another row's {id} or {job}. */
		if (!is_any && known != NULL && strcmp(known, row->path) != 0)
			continue;
		if (!is_any && differs_early(row->path, r->path))
			continue;
		r->path_id = 0;
		r->path_name = span_of(NULL, 0);
		if (!is_any && !matches(row->path, r->path, r))
			continue;
		known = row->path;
		methods |= 1u << row->method;
		if (row->method == method && !is_any) {
			r->route = row;
			return ERR_OK;
		}
	}
	if (methods == 0)
		return ERR_NOT_FOUND;
	enum err e = allow(r, methods);
	if (e != ERR_OK)
		return e;
	if (r->method != METHOD_OPTIONS)
		return ERR_METHOD;
	r->route = &options;
	return ERR_OK;
}
