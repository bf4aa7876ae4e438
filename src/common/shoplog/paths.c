/* The memory of paths: a table without chains, where the last comer stays. */
#include "common/shoplog/paths.h"

#include <stdlib.h>
#include <string.h>

struct paths *
paths_new(const struct hash_secret *secret)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (p)
		p->secret = secret->a ^ secret->b;
	return p;
}

/* The first `len` bytes as words, 0 behind them. */
static inline void
load(uint64_t out[PATH_WIDTH / 8], const char *text, size_t len)
{
	static const uint8_t mask[2 * PATH_WIDTH] = { 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255 };
	uint64_t keep[PATH_WIDTH / 8];

	memcpy(out, text, PATH_WIDTH);
	memcpy(keep, mask + PATH_WIDTH - len, PATH_WIDTH);
	for (int i = 0; i < PATH_WIDTH / 8; i++)
		out[i] &= keep[i];
}

static enum err
look_closely(struct names *n, struct span rest, struct path_entry *e,
    struct event *event)
{
	enum err err = ERR_OK;

	event->goods_id = event->user_id = 0;
	e->kind = (uint8_t)event_classify(rest, event);
	e->category = e->page = NAME_NONE;
	if (e->kind == EVENT_CATEGORY) {
		err = names_category(n, event->category, &e->category);
	} else if (e->kind == EVENT_GOODS) {
		err = names_page(n, event->category, event->goods, &e->page);
		if (!err)
			e->category = names_category_of(n, e->page);
	}
	return err;
}

enum err
paths_look_up(struct paths *p, struct names *n, struct span rest,
    struct path_entry *entry, struct event *event)
{
	uint64_t text[PATH_WIDTH / 8], hash;
	struct path_entry *known;
	enum err err;

	if (rest.len == 0 || rest.len > PATH_WIDTH)
		return look_closely(n, rest, entry, event);
	load(text, rest.data, rest.len);
	hash = hash_multiply(text[0] ^ text[3] ^ p->secret,
	    text[1] ^ text[2] ^ (p->secret | rest.len));
	known = &p->entries[hash % PATHS_LEN];
	if (known->len == rest.len &&
	    ((known->text[0] ^ text[0]) | (known->text[1] ^ text[1]) |
		(known->text[2] ^ text[2]) | (known->text[3] ^ text[3])) == 0) {
		entry->kind = known->kind;
		entry->category = known->category;
		entry->page = known->page;
		return ERR_OK;
	}
	err = look_closely(n, rest, entry, event);
	if (err || entry->kind == EVENT_CART || entry->kind == EVENT_PAY ||
	    entry->kind == EVENT_SUCCESS)
		return err;
	memcpy(known->text, text, sizeof(text));
	known->len = (uint8_t)rest.len;
	known->kind = entry->kind;
	known->category = entry->category;
	known->page = entry->page;
	return ERR_OK;
}
