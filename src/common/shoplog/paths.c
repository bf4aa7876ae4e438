/* The memory of paths: two places for each. A new one takes the second, so that
 * those that are asked for once push nobody out who is asked for again: that one
 * moves to the first. */
#include "common/shoplog/paths.h"

#include "common/shoplog/open_day.h"

#include <stdlib.h>

struct paths *
paths_new(const struct hash_secret *secret)
{
	const uintptr_t line = _Alignof(struct path_entry);
	size_t size = PATHS_LEN * sizeof(struct path_entry);
	struct paths *p = calloc(1, sizeof(*p) + size + line);

	if (!p)
		return NULL;
	p->secret = secret->a ^ secret->b;
	p->entries = (void *)(p->memory + line - (uintptr_t)p->memory % line);
	return p;
}

static enum err
classify(struct names *n, struct span rest, struct path_meaning *out)
{
	struct event event;
	enum event_kind kind = event_classify(rest, &event);
	enum err e = ERR_OK;

	out->kind = (uint8_t)kind;
	out->category = out->page = NAME_NONE;
	if (kind == EVENT_CATEGORY) {
		e = names_category(n, event.category, &out->category);
	} else if (kind == EVENT_GOODS) {
		e = names_page(n, event.category, event.goods, &out->page);
		if (!e)
			out->category = names_category_of(n, out->page);
	}
	out->row = open_day_place(out->category);
	return e;
}

enum err
paths_learn(struct paths *p, struct names *n, struct span rest,
    struct path_meaning *out)
{
	struct path_entry *places;
	enum err e = classify(n, rest, out);

	if (e || event_is_of_cart(out->kind) || rest.len == 0 ||
	    rest.len > PATH_WIDTH)
		return e;
	places = path_places(p, rest);
	if (path_is(&places[0], rest) || path_is(&places[1], rest))
		return ERR_OK;
	places[1] =
	    (struct path_entry){ .meaning = *out, .len = (uint32_t)rest.len };
	memcpy(places[1].text, rest.data, rest.len);
	return ERR_OK;
}

const struct path_entry *
paths_find_second(struct path_entry *places, struct span rest)
{
	struct path_entry found = places[1];

	if (!path_is(&places[1], rest))
		return NULL;
	places[1] = places[0];
	places[0] = found;
	return &places[0];
}
