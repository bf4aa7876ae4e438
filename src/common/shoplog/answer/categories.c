/* A day has a field "views C" or "goods C", or both, for every category C that
 * was looked at. */
#include "common/shoplog/answer/categories.h"

#include "common/base/buffer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 6 };

static bool
category_of(struct span field, struct span *out)
{
	if (field.len <= PREFIX || (memcmp(field.data, "views ", PREFIX) &&
				       memcmp(field.data, "goods ", PREFIX)))
		return false;
	*out = span_of(field.data + PREFIX, field.len - PREFIX);
	return true;
}

static int
compare(const void *left, const void *right)
{
	const struct span *a = left, *b = right;

	return span_compare(*a, *b);
}

enum err
categories_of_days(const struct day_segment *days, size_t days_len,
    struct arena *a, struct span **out, size_t *len)
{
	size_t room = 0, found = 0, kept = 0;
	struct span *names;

	for (size_t i = 0; i < days_len; i++)
		room += days[i].fields_len;
	names = arena_alloc(a, room * sizeof(*names));
	if (!names)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < days_len; i++)
		for (size_t j = 0; j < days[i].fields_len; j++)
			found +=
			    category_of(days[i].fields[j].name, &names[found]);
	qsort(names, found, sizeof(*names), compare);
	for (size_t i = 0; i < found; i++)
		if (kept == 0 || !span_is_equal(names[kept - 1], names[i]))
			names[kept++] = names[i];
	*out = names;
	*len = kept;
	return ERR_OK;
}

static bool
add_text(struct buffer *b, const char *text)
{
	return buffer_add(b, span_text(text));
}

static bool
list(struct buffer *b, const struct span *names, size_t len)
{
	bool is_whole = add_text(b, "there are: ");

	for (size_t i = 0; is_whole && i < len && i < CATEGORIES_SHOWN; i++)
		is_whole =
		    (i == 0 || add_text(b, ", ")) && buffer_add(b, names[i]);
	return is_whole && (len <= CATEGORIES_SHOWN || add_text(b, ", ..."));
}

const char *
categories_text(const struct span *names, size_t len, struct arena *a)
{
	struct buffer b = { 0 };
	const char *text = NULL;

	if (len == 0)
		return "there are none";
	if (list(&b, names, len))
		text = arena_copy(a, span_of(b.data, b.len));
	buffer_cleanup(&b);
	return text;
}
