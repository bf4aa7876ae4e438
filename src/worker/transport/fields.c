/* A handful of names is compared by length first: cheaper than any hash for the
 * dozen headers of a usual request. */
#include "worker/transport/fields.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	size_t len;
	enum { ONCE, LIST } again;
} known[FIELDS] = {
#define X(name, text, again) { text, sizeof(text) - 1, again },
	FIELD_LIST(X)
#undef X
};

/* Setting its bit 0x20 makes a letter small. What else becomes a byte of a known
 * name by that (CR becomes '-') cannot stand in a name. */
static bool
is_name(const char *small, struct span name)
{
	size_t i = 0;

	while (i < name.len && small[i] == (name.data[i] | 0x20))
		i++;
	return i == name.len;
}

static enum field
find(struct span name)
{
	enum field i = 0;

	while (i < FIELDS &&
	       (known[i].len != name.len || !is_name(known[i].name, name)))
		i++;
	return i;
}

/* Several headers of one name are one list (RFC 9110, 5.3). */
static enum err
join(struct fields *f, const char *base, struct arena *arena, enum field i)
{
	struct span first = fields_get(f, base, i);
	struct span second = part_text(f->value, base);

	f->joined[i] = arena_printf(arena, "%.*s, %.*s", (int)first.len,
	    first.data, (int)second.len, second.data);
	return f->joined[i] ? ERR_OK : ERR_NO_MEMORY;
}

enum err
fields_end(struct fields *f, const char *base, struct arena *arena)
{
	struct span value = part_text(f->value, base);
	enum err e = ERR_OK;

	while (value.len > 0 && (value.data[value.len - 1] == ' ' ||
				    value.data[value.len - 1] == '\t'))
		value.len--;
	f->value.len = (uint32_t)value.len;
	enum field i = find(part_text(f->name, base));
	if (i < FIELDS && !f->has[i]) {
		f->has[i] = true;
		f->values[i] = f->value;
	} else if (i < FIELDS && known[i].again == LIST) {
		e = join(f, base, arena, i);
	} else if (i < FIELDS) {
		e = ERR_BAD_REQUEST;
	}
	f->name = f->value = (struct part){ 0, 0 };
	return e;
}

bool
fields_is(const struct fields *f, const char *base, enum field which,
    const char *text)
{
	struct span value = fields_get(f, base, which);

	return value.data && value.len == strlen(text) &&
	       strncasecmp(value.data, text, value.len) == 0;
}
