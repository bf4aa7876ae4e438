#include "common/base/setting.h"

#include "common/base/span.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What is accepted, in words. */
static const char *
describe(const struct setting *s, char out[80])
{
	switch (s->kind) {
	case SETTING_flag:
		return "true, false, 1 or 0";
	case SETTING_number:
		snprintf(out, 80, "a whole number from %" PRId64 " to %" PRId64,
		    s->minimum, s->maximum);
		return out;
	case SETTING_text:
	case SETTING_hidden:
		break;
	}
	snprintf(out, 80, "%" PRId64 " to %" PRId64 " bytes", s->minimum,
	    s->maximum);
	return out;
}

static bool
is_length_right(const struct setting *s, const char *value)
{
	size_t len = strlen(value);

	return len <= (size_t)s->maximum && len >= (size_t)s->minimum;
}

/* Of a hidden value no more is said than how long it is, when that is wrong. */
void
setting_refuse(const struct setting *s, const char *value, const char *accepted,
    struct complaints *bad)
{
	char shown[COMPLAINTS_VALUE_TEXT];

	if (s->kind == SETTING_hidden && is_length_right(s, value))
		complaints_add(bad,
		    "%s is malformed (its value is not shown): accepted is %s",
		    s->name, accepted);
	else if (s->kind == SETTING_hidden)
		complaints_add(bad,
		    "%s has %zu bytes (its value is not shown): accepted is %s",
		    s->name, strlen(value), accepted);
	else
		complaints_add(bad, "%s=%s is malformed: accepted is %s",
		    s->name, complaints_show(shown, value), accepted);
}

static bool
read_flag(const char *value, bool *out)
{
	*out = !strcmp(value, "true") || !strcmp(value, "1");
	return *out || !strcmp(value, "false") || !strcmp(value, "0");
}

static bool
read_number(const struct setting *s, const char *value, int64_t *out)
{
	uint64_t n;

	if (!span_to_u64(span_text(value), &n) || n > INT64_MAX ||
	    (int64_t)n < s->minimum || (int64_t)n > s->maximum)
		return false;
	*out = (int64_t)n;
	return true;
}

void
setting_read(const struct setting *s, const char *value, void *field,
    struct complaints *bad)
{
	const char *from = value ? value : s->fallback;
	char accepted[80];
	bool ok = true;

	switch (s->kind) {
	case SETTING_flag:
		ok = read_flag(from, field);
		break;
	case SETTING_number:
		ok = read_number(s, from, field);
		break;
	case SETTING_text:
	case SETTING_hidden:
		ok = !value || is_length_right(s, value);
		*(const char **)field = from;
		break;
	}
	if (!ok)
		setting_refuse(s, from, describe(s, accepted), bad);
}
