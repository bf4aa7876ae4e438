#include "common/report/json_span.h"

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
