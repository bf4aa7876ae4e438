#ifndef TRAWL_WORKER_API_JSON_H
#define TRAWL_WORKER_API_JSON_H

#include "common/report/json_span.h"
#include "worker/req.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* JSON of requests and of answers. A key given twice is malformed, and so is
 * text that is not UTF-8; U+0000 in a string is allowed here and refused where
 * it does not belong. */

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

/* A text that grows: the body of an answer. Zeroed is empty. */
struct json_text {
	char *data;
	size_t len, size;
	bool is_broken; /* memory was out: nothing more is added */
};

void json_text_put(struct json_text *t, const char *data, size_t len);

/* A string value; one that is not UTF-8 breaks the text. */
void json_text_string(struct json_text *t, struct span s);

/* Appends the value and releases it; NULL (no memory, no UTF-8) breaks it. */
void json_text_take(struct json_text *t, json_t *value);

/* Makes it the answer's body, owned by the arena; ERR_NO_MEMORY when it is
 * broken. */
enum err json_text_answer(struct json_text *t, struct req *r, int status)
    __attribute__((warn_unused_result));

/* The same for one value: takes it. */
enum err json_answer(struct req *r, int status, json_t *value)
    __attribute__((warn_unused_result));

#endif
