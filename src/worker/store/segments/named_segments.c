/* Segments lie in any slot, so each is asked for by a command of its own; all of
 * them go out together. */
#include "worker/store/segments/named_segments.h"

#include <hiredis/hiredis.h>

#include <string.h>

bool
named_segments_is_field(struct span name)
{
	static const char *const prefixes[] = {
		"day:", "month:", "carts:", "addresses:"
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (name.len > len && memcmp(name.data, prefixes[i], len) == 0)
			return true;
	}
	return span_is_equal(name, span_text("votes")) ||
	       span_is_equal(name, span_text("categories"));
}

/* The words of a field. */
static void
put_words(struct bulk *b, struct span text)
{
	struct span id;

	while (span_take_word(&text, &id))
		bulk_putf(b, "EXISTS segment:%b", id.data, id.len);
}

/* known  what it names is not asked for again; NULL: nothing is */
static void
put_named(struct bulk *b, const struct record *r, const struct record *known)
{
	for (size_t i = 0; i < r->len; i++) {
		const struct record_field *f = &r->fields[i];

		if (named_segments_is_field(f->name) &&
		    !(known && span_is_equal(
				   record_get(known, f->name.data), f->value)))
			put_words(b, f->value);
	}
}

static enum err
on_exists(size_t index, const redisReply *reply, void *arg)
{
	bool *are_there = arg;

	(void)index;
	if (reply->type != REDIS_REPLY_INTEGER)
		return ERR_CORRUPT;
	*are_there &= reply->integer == 1;
	return ERR_OK;
}

enum err
named_segments_are_there(struct bulk *b, const struct record *checkpoint,
    const struct record *manifest, bool *out)
{
	*out = true;
	put_named(b, manifest, NULL);
	put_named(b, checkpoint, manifest);
	return bulk_run(b, on_exists, out);
}
