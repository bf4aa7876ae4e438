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

void
part_extend(struct part *p, const char *base, const char *at, size_t len)
{
	if (p->len == 0)
		p->at = (uint32_t)(at - base);
	p->len = (uint32_t)(at + len - base) - p->at;
}

struct span
part_text(struct part p, const char *base)
{
	return span_of(base + p.at, p.len);
}

static enum field
find(struct span name)
{
	enum field i = 0;

	while (i < FIELDS &&
	       (known[i].len != name.len ||
		   strncasecmp(known[i].name, name.data, name.len) != 0))
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

	while (value.len > 0 && strchr(" \t", value.data[value.len - 1]))
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

struct span
fields_get(const struct fields *f, const char *base, enum field which)
{
	if (!f->has[which])
		return span_of(NULL, 0);
	return f->joined[which] ? span_text(f->joined[which])
				: part_text(f->values[which], base);
}

bool
fields_is(const struct fields *f, const char *base, enum field which,
    const char *text)
{
	struct span value = fields_get(f, base, which);

	return f->has[which] && value.len == strlen(text) &&
	       strncasecmp(value.data, text, value.len) == 0;
}
