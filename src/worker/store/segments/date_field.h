#ifndef TRAWL_WORKER_STORE_SEGMENTS_DATE_FIELD_H
#define TRAWL_WORKER_STORE_SEGMENTS_DATE_FIELD_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Names of the fields by which manifest and checkpoint name segments of days:
 * "day:2018-08-01" and "month:2018-08". Pure, any thread. */
enum { DATE_FIELD_SIZE = 16 }; /* with the NUL */

void date_field_of_day(int32_t day, char out[DATE_FIELD_SIZE]);

/* Of the month that `day` lies in. */
void date_field_of_month(int32_t day, char out[DATE_FIELD_SIZE]);

/* What the name says; false: it is another field's.
 *
 * first  the day, or the first of the month */
bool date_field_parse(struct span name, int32_t *first, bool *is_month);

#endif
