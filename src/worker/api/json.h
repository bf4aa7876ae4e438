#ifndef TRAWL_WORKER_API_JSON_H
#define TRAWL_WORKER_API_JSON_H

#include "common/report/json_value.h"
#include "worker/req.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* JSON of requests, and of answers that are one value (others: json_text.h). A key
 * given twice is malformed, and so is text that is not UTF-8; U+0000 in a string is
 * allowed here and refused where it does not belong. */

/* Once per process, before the first use: whatever jansson gives back is wiped,
 * for it may have been a password. */
void json_init(void);

/* The body as an object, borrowed until the arena is reset. ERR_NOT_JSON when
 * its Content-Type is not application/json (parameters do not matter, +json
 * types are others), ERR_CODED when it has a Content-Encoding, ERR_BAD_JSON with
 * the place in r->out.detail. */
enum err json_body(struct req *r, const json_t **out)
    __attribute__((warn_unused_result));

/* Whether the body is one JSON value of any type, Content-Type or not; ERR_CODED
 * as above. */
enum err json_check(struct req *r) __attribute__((warn_unused_result));

/* A string member. What is wrong with it is registered with req_field_error();
 * *out has data only when all is well. Borrowed as the object is.
 *
 * is_required  whether its absence is wrong */
void json_name(struct req *r, const json_t *object, const char *field,
    bool is_required, struct span *out); /* 1-255 characters, no controls */
void json_login(struct req *r, const json_t *object, const char *field,
    bool is_new, struct span *out); /* a required name in its normal form; a
				       new one must pass login_refusal() */
void json_password(struct req *r, const json_t *object, const char *field,
    bool is_required, struct span *out); /* 1-1024 bytes of any text */

/* Makes the value the answer's body: takes it, also when that fails. ERR_NO_MEMORY;
 * NULL is allowed and means that memory was out. */
enum err json_answer(struct req *r, int status, json_t *value)
    __attribute__((warn_unused_result));

#endif
