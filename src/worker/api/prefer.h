#ifndef TRAWL_WORKER_API_PREFER_H
#define TRAWL_WORKER_API_PREFER_H

#include "common/base/span.h"

#include <stdbool.h>

/* Whether a Prefer header (RFC 7240; several are joined by commas) names a
 * preference that has no value, in any case of letters. An empty value is none; of
 * several of a name only the first counts; parameters do not matter, and what is
 * no preference is skipped. */
bool prefer_has(struct span prefer, const char *name);

#endif
