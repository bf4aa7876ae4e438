/* The memory of paths: two places for each. A new one takes the second, so that
 * those that are asked for once push nobody out who is asked for again: that one
 * moves to the first. */
#include "common/shoplog/tally/paths.h"

#include "common/shoplog/tally/open_day.h"

#include <stdlib.h>

struct paths *
paths_new(const struct hash_secret *secret)
{
	const uintptr_t line = _Alignof(struct path_entry);
	size_t size = PATHS_LEN * sizeof(struct path_entry);
	const char nothing[PATH_PADDING] = { 0 };
	struct path_entry *places;
	struct paths *p = calloc(1, sizeof(*p) + size + line);

	if (!p)
		return NULL;
	p->secret = secret->a ^ secret->b;
	for (uint64_t i = 0; i < LANES_KEYS; i++)
		p->key[i] = (uint32_t)hash_multiply(
		    secret->a ^ i, secret->b ^ UINT64_C(0x9e3779b97f4a7c15));
	p->entries = (void *)(p->memory + line - (uintptr_t)p->memory % line);
	/* Zeros are the empty path, wherever it belongs. */
	places = path_places(p, span_of(nothing, 0));
	places[0].text[0] = places[1].text[0] = '\n';
	return p;
}

void
paths_ask(const struct names *n, enum event_kind kind,
    const struct event *event, struct path_query *out)
{
	struct span none = { 0 };

	out->kind = (uint8_t)kind;
	if (kind == EVENT_CATEGORY)
		names_ask(n, event->category, none, &out->name);
	else if (kind == EVENT_GOODS)
		names_ask(n, event->category, event->goods, &out->name);
}

static enum err
find_names(struct names *n, struct open_day *d, const struct path_query *q,
    struct path_meaning *out)
{
	enum err e = ERR_OK;

	out->kind = q->kind;
	out->category = out->page = NAME_NONE;
	if (q->kind == EVENT_CATEGORY) {
		e = names_add(n, &q->name, &out->category);
	} else if (q->kind == EVENT_GOODS) {
		e = names_add(n, &q->name, &out->page);
		if (!e)
			out->category = names_category_of(n, out->page);
	}
	out->row = OPEN_ROW_REST;
	if (!e && out->category != NAME_NONE)
		out->row =
		    open_day_row(d, out->category, q->kind == EVENT_GOODS);
	return e;
}

enum err
paths_learn(struct paths *p, struct names *n, struct open_day *d,
    struct span rest, const struct path_query *q, struct path_meaning *out)
{
	struct path_entry *places;
	enum err e = find_names(n, d, q, out);

	if (e || rest.len > PATH_WIDTH)
		return e;
	places = path_places(p, rest);
	if (path_is(&places[0], rest) || path_is(&places[1], rest))
		return ERR_OK;
	places[1].meaning = *out;
	places[1].len = (uint32_t)rest.len;
	memset(places[1].text, 0, LANES_TEXT);
	memcpy(places[1].text, rest.data, rest.len);
	return ERR_OK;
}

const struct path_entry *
paths_find_second(struct path_entry *places, struct span rest)
{
	struct path_entry found;

	if (!path_is(&places[1], rest))
		return NULL;
	found = places[1];
	places[1] = places[0];
	places[0] = found;
	return &places[0];
}
