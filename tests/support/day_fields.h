#ifndef TRAWL_TESTS_SUPPORT_DAY_FIELDS_H
#define TRAWL_TESTS_SUPPORT_DAY_FIELDS_H

#include "common/shoplog/answer/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A field of a segment of days; NULL: it has none of this name. */
static inline const struct day_field *
field_of(const struct day_segment *s, const char *name)
{
	for (size_t i = 0; i < s->fields_len; i++)
		if (span_is_equal(s->fields[i].name, span_text(name)))
			return &s->fields[i];
	return NULL;
}

static inline void
assert_field(const struct day_segment *s, const char *name, const char *value)
{
	const struct day_field *f = field_of(s, name);

	if (!f)
		fail_msg("there is no field %s", name);
	if (!span_is_equal(f->value, span_text(value)))
		fail_msg("%s is %.*s, not %s", name, (int)f->value.len,
		    f->value.data, value);
}

#endif
