/* The memory of paths: two places for each, of which a new one takes the first
 * and pushes what was there to the second. */
#include "common/shoplog/paths.h"

#include <stdlib.h>

struct paths *
paths_new(const struct hash_secret *secret)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (p)
		p->secret = secret->a ^ secret->b;
	return p;
}

static enum err
classify(struct names *n, struct span rest, struct path_entry *e)
{
	struct event event;
	enum err err = ERR_OK;

	e->kind = (uint8_t)event_classify(rest, &event);
	e->category = e->page = NAME_NONE;
	if (e->kind == EVENT_CATEGORY) {
		err = names_category(n, event.category, &e->category);
	} else if (e->kind == EVENT_GOODS) {
		err = names_page(n, event.category, event.goods, &e->page);
		if (!err)
			e->category = names_category_of(n, e->page);
	}
	return err;
}

enum err
paths_learn(
    struct paths *p, struct names *n, struct span rest, struct path_entry *out)
{
	struct path_words words;
	struct path_entry *known;
	enum err e = classify(n, rest, out);

	if (e || event_is_of_cart(out->kind) || rest.len == 0 ||
	    rest.len > PATH_WIDTH)
		return e;
	words = path_words(rest);
	known = path_places(p, words, rest.len);
	if (path_is(&known[0], words, rest) || path_is(&known[1], words, rest))
		return ERR_OK;
	known[1] = known[0];
	*known = (struct path_entry){ .words = words,
		.len = (uint8_t)rest.len,
		.kind = out->kind,
		.category = out->category,
		.page = out->page };
	memcpy(known->text, rest.data, rest.len);
	return ERR_OK;
}
