#ifndef TRAWL_COMMON_REPORT_JSON_VALUE_H
#define TRAWL_COMMON_REPORT_JSON_VALUE_H

#include "common/base/span.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Values of the JSON that we answer with. Any thread. */

/* A string of bytes that may be none of UTF-8, as the name of a file may: they are
 * shown as text_show() does. NULL when memory is out. */
json_t *json_of_span(struct span s);

/* JSON knows no unsigned 64 bits; nobody counts that far. NULL when memory is out. */
json_t *json_of_number(uint64_t n);

/* Adds a member and takes the value; false when memory is out, or was for the object
 * or the value (NULL): a document that lacks a member is none. */
bool json_set(json_t *object, const char *key, json_t *value)
    __attribute__((warn_unused_result));

#endif
