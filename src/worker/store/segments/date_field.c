#include "worker/store/segments/date_field.h"

#include "common/base/civil.h"

#include <stdio.h>
#include <string.h>

static const char day_prefix[] = "day:", month_prefix[] = "month:";
enum { MONTH_TEXT = 7 }; /* "2018-08" */

void
date_field_of_day(int32_t day, char out[DATE_FIELD_SIZE])
{
	char date[CIVIL_DAY_TEXT];

	civil_day_format(day, date);
	snprintf(out, DATE_FIELD_SIZE, "%s%s", day_prefix, date);
}

void
date_field_of_month(int32_t day, char out[DATE_FIELD_SIZE])
{
	char date[CIVIL_DAY_TEXT];

	civil_day_format(day, date);
	snprintf(
	    out, DATE_FIELD_SIZE, "%s%.*s", month_prefix, MONTH_TEXT, date);
}

/* Cuts the prefix off; false: there is another one. */
static bool
take(struct span *name, const char *prefix)
{
	size_t len = strlen(prefix);

	if (name->len < len || memcmp(name->data, prefix, len) != 0)
		return false;
	*name = span_of(name->data + len, name->len - len);
	return true;
}

bool
date_field_parse(struct span name, int32_t *first, bool *is_month)
{
	char date[CIVIL_DAY_TEXT];

	*is_month = take(&name, month_prefix);
	if (!*is_month)
		return take(&name, day_prefix) && civil_day_parse(name, first);
	if (name.len != MONTH_TEXT)
		return false;
	memcpy(date, name.data, MONTH_TEXT);
	memcpy(date + MONTH_TEXT, "-01", sizeof("-01"));
	return civil_day_parse(span_text(date), first);
}
