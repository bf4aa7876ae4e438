#ifndef TRAWL_TESTS_REFERENCE_JSON_H
#define TRAWL_TESTS_REFERENCE_JSON_H

#include "reference/reference.h"

#include <jansson.h>

/* {"parse": {...}, "1": {...}, ..., "7": {...}}: each report with the fields
 * that its answers have (answer, value, ranking, ...), without question and
 * source. The caller decrefs it. */
json_t *reference_json(const struct reference *r);

#endif
