#ifndef TRAWL_WORKER_API_QUERY_H
#define TRAWL_WORKER_API_QUERY_H

#include "worker/req.h"

#include <stdbool.h>
#include <stdint.h>

/* Reading the query string: "name=value" pairs between '&', names and values
 * percent-decoded once, '+' is plus and not a blank. The first of a repeated
 * parameter counts; unknown ones are ignored; "name" alone is "name=".
 *
 * What is wrong with a value is registered with req_field_error(), so that a
 * decoder tells of all parameters at once and ends with
 * `return r->out.errors_len ? ERR_INVALID : ERR_OK;`. All functions return
 * ERR_OK (also then) or ERR_NO_MEMORY. */

/* out  the decoded value, UTF-8 without NUL, in the arena with a NUL behind
 * has  whether there was one that could be read */
enum err query_get(struct req *r, const char *name, struct span *out, bool *has)
    __attribute__((warn_unused_result));

/* "true", "1", "false", "0"; *out stays as it is without one. */
enum err query_flag(struct req *r, const char *name, bool *out)
    __attribute__((warn_unused_result));

/* A decimal number of minimum to maximum; *out stays as it is without one. */
enum err query_number(struct req *r, const char *name, int64_t minimum,
    int64_t maximum, int64_t *out, bool *has)
    __attribute__((warn_unused_result));

#endif
