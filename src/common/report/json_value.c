#include "common/report/json_value.h"

#include "common/base/text.h"

#include <stdlib.h>

json_t *
json_of_span(struct span s)
{
	json_t *value = json_stringn(s.data ? s.data : "", s.len);
	char *shown;

	if (value)
		return value;
	shown = malloc(TEXT_SHOWN_MAX * s.len + 1);
	if (!shown)
		return NULL;
	value = json_stringn(shown, text_show(s, shown));
	free(shown);
	return value;
}

json_t *
json_of_number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

bool
json_set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}
