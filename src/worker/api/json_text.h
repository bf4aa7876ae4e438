#ifndef TRAWL_WORKER_API_JSON_TEXT_H
#define TRAWL_WORKER_API_JSON_TEXT_H

#include "common/base/buffer.h"
#include "common/base/span.h"
#include "worker/req.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* JSON that is written piece by piece: the body of an answer. Zeroed is empty. The
 * first thing that fails breaks it; who writes need not look before the end. */
struct json_text {
	struct buffer bytes; /* the text's, until json_text_answer() */
	bool is_broken;      /* nothing more is added */
};

/* Bytes that are JSON where they stand. */
void json_text_put(struct json_text *t, const char *data, size_t len);

/* A string value; one that is not UTF-8 breaks the text. */
void json_text_string(struct json_text *t, struct span s);

/* Appends the value and releases it; NULL (no memory, no UTF-8) breaks it. */
void json_text_take(struct json_text *t, json_t *value);

/* Makes it the answer's body, owned by the arena. ERR_NO_MEMORY when it is broken:
 * it is freed, and there is no answer. */
enum err json_text_answer(struct json_text *t, struct req *r, int status)
    __attribute__((warn_unused_result));

#endif
