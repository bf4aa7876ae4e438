/* What the paths of many visits ask for: those that are remembered first, then those
 * that are not and those about carts, which are in no memory. */
#include "common/shoplog/tally/tally_state.h"

#include "common/shoplog/tally/paths.h"
#include "common/shoplog/tally/tally_steps.h"

#include <string.h>

/* Paths that are on their way while one is looked at. */
enum { AHEAD = 12 };

/* Whether the path begins like those of carts do, which are in no memory of
 * paths. A guess: event_classify() knows. */
static inline bool
looks_like_cart(struct span rest)
{
	uint64_t first, cart, pay, success;

	memcpy(&first, rest.data, 8);
	memcpy(&cart, "/cart?go", 8);
	memcpy(&pay, "/pay?use", 8);
	memcpy(&success, "/success", 8);
	return (first == cart) | (first == pay) | (first == success);
}

/* Where a path may be remembered. */
struct path_place {
	struct path_entry *places;
	uint32_t line;
};

/* Lines whose path is not known. */
struct unknown {
	uint32_t line[SCAN_LINES];
	size_t len;
};

/* Those that are about carts go to their list, the others are learnt. */
static enum err
look_closely(struct tally *t, struct steps *s, const struct visit *visits,
    const struct unknown *unknown)
{
	struct path_query query[SCAN_LINES];
	size_t line[SCAN_LINES], len = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < unknown->len; i++) {
		size_t at = unknown->line[i];
		struct event event;
		enum event_kind kind = event_classify(visits[at].rest, &event);

		if (event_is_of_cart(kind)) {
			tally_list_cart(t, s, visits, at, kind, &event);
			continue;
		}
		paths_ask(&t->names, kind, &event, &query[len]);
		line[len++] = at;
	}
	for (size_t i = 0; i < len; i++)
		paths_fetch_name(&t->names, &query[i]);
	for (size_t i = 0; !e && i < len; i++)
		e = paths_learn(t->paths, &t->names, t->open_day,
		    visits[line[i]].rest, &query[i], &s->at[line[i]].path);
	return e;
}

/* Looks up paths, and lists those that are not known. */
static void
recall_paths(struct steps *s, const struct visit *visits,
    const struct path_place *paths, size_t len, struct unknown *unknown)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t line = paths[i].line;
		const struct path_entry *path;

		if (i + AHEAD < len)
			path_fetch(paths[i + AHEAD].places);
		path = paths_find(paths[i].places, visits[line].rest);
		if (__builtin_expect(path != NULL, 1))
			s->at[line].path = path->meaning;
		else
			unknown->line[unknown->len++] = line;
	}
}

/* Which lines are about carts nobody can guess, so there is no branch for them. */
enum err
tally_look_at_paths(
    struct tally *t, struct steps *s, const struct visit *visits)
{
	struct path_place paths[SCAN_LINES];
	struct unknown unknown;
	size_t paths_len = 0, carts_len = 0;

	for (size_t i = 0; i < s->len; i++) {
		struct span rest = visits[i].rest;
		bool is_cart = looks_like_cart(rest);

		paths[paths_len] =
		    (struct path_place){ path_places(t->paths, rest),
			    (uint32_t)i };
		unknown.line[carts_len] = (uint32_t)i;
		paths_len += !is_cart;
		carts_len += is_cart;
	}
	unknown.len = carts_len;
	recall_paths(s, visits, paths, paths_len, &unknown);
	return look_closely(t, s, visits, &unknown);
}
