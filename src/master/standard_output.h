#ifndef TRAWL_MASTER_STANDARD_OUTPUT_H
#define TRAWL_MASTER_STANDARD_OUTPUT_H

#include "common/base/err.h"

/* The end of a command whose work was to print: writes what stdio still holds.
 * ERR_OK, or ERR_INTERNAL with words when that, or anything printed before, could
 * not be written. */
enum err standard_output_finish(struct problem *why)
    __attribute__((warn_unused_result));

#endif
