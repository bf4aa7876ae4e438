/* A handful of names is compared by length first: cheaper than any hash for the
 * dozen headers of a usual request. */
#include "worker/transport/http/fields.h"

#include <string.h>

static const struct {
	const char *name;
	size_t len;
	enum { ONCE, LIST } again;
} known[FIELDS] = {
#define X(name, text, again) { text, sizeof(text) - 1, again },
	FIELD_LIST(X)
#undef X
};

/* All bytes of a word the same. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether these bytes of a name are those of a small one. Of the bytes there the
 * letters alone have bit 0x40, and stand for two bytes that differ in 0x20. */
static bool
is_same(const char *small, const char *name, size_t len)
{
	uint64_t a = 0, b = 0;

	memcpy(&a, small, len);
	memcpy(&b, name, len);
	return (b | (a & EACH(0x40)) >> 1) == a;
}

/* Two words of four bytes, or as many of eight as there are, of which the last
 * overlaps the one before: no known name has less than four. */
static bool
is_name(const char *small, const char *name, size_t len)
{
	if (len < 8)
		return is_same(small, name, 4) &&
		       is_same(small + len - 4, name + len - 4, 4);
	for (size_t at = 0; at + 8 < len; at += 8)
		if (!is_same(small + at, name + at, 8))
			return false;
	return is_same(small + len - 8, name + len - 8, 8);
}

enum field
fields_find(struct span name)
{
	enum field i = 0;

	while (i < FIELDS && (known[i].len != name.len ||
				 !is_name(known[i].name, name.data, name.len)))
		i++;
	return i;
}

/* Several headers of one name are one list (RFC 9110, 5.3). */
static enum err
join(struct fields *f, const char *base, enum field i, struct part value,
    struct arena *arena)
{
	struct span first = fields_get(f, base, i);
	struct span second = part_text(value, base);
	char *joined = arena_printf(arena, "%.*s, %.*s", (int)first.len,
	    first.data, (int)second.len, second.data);

	if (joined == NULL)
		return ERR_NO_MEMORY;
	f->is_joined[i] = true;
	f->values[i].joined = joined;
	return ERR_OK;
}

enum err
fields_add(struct fields *f, const char *base, enum field which,
    struct part value, struct arena *arena)
{
	if (which == FIELDS)
		return ERR_OK;
	if (f->has[which])
		return known[which].again == LIST
			   ? join(f, base, which, value, arena)
			   : ERR_BAD_REQUEST;
	f->has[which] = true;
	f->values[which].part = value;
	return ERR_OK;
}

enum err
fields_end(struct fields *f, const char *base, struct arena *arena)
{
	enum field which = fields_find(part_text(f->name, base));
	struct part value = part_trim(f->value, base);

	f->name = f->value = (struct part){ 0, 0 };
	return fields_add(f, base, which, value, arena);
}

bool
fields_is(const struct fields *f, const char *base, enum field which,
    const char *text)
{
	struct span value = fields_get(f, base, which);

	return value.data && span_is_word(value, text);
}
