#ifndef TRAWL_COMMON_REPORT_JSON_SPAN_H
#define TRAWL_COMMON_REPORT_JSON_SPAN_H

#include "common/base/span.h"

#include <jansson.h>

/* A string of bytes that may be none of UTF-8, as the name of a file may: they are
 * shown as text_show() does. NULL when memory is out. */
json_t *json_of_span(struct span s);

#endif
