#ifndef TRAWL_TESTS_SUPPORT_DECODING_H
#define TRAWL_TESTS_SUPPORT_DECODING_H

#include "worker/req.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Requests for decoders and encoders: no loop, no Redis. */

#define assert_span(span, text) \
	assert_true(span_is_equal((span), span_text(text)))

/* cmocka's setup and teardown; *state is an empty struct req. */
static inline int
decoding_open(void **state)
{
	*state = calloc(1, sizeof(struct req));
	return *state ? 0 : -1;
}

static inline int
decoding_close(void **state)
{
	struct req *r = *state;

	req_cleanup(r);
	free(r);
	return 0;
}

/* Forgets everything, for the next row of a table. */
static inline void
decoding_reset(struct req *r)
{
	req_cleanup(r);
	memset(r, 0, sizeof(*r));
}

static inline void
decoding_body(struct req *r, const char *json)
{
	decoding_reset(r);
	r->content_type = span_text("application/json");
	r->body = span_text(json);
}

/* The registered errors as "field: message; field: message". */
static inline const char *
decoding_errors(struct req *r)
{
	const char *text = "";

	for (size_t i = 0; i < r->out.errors_len; i++)
		text = arena_printf(&r->arena, "%s%s%s: %s", text,
		    i > 0 ? "; " : "", r->out.errors[i].field,
		    r->out.errors[i].message);
	return text;
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, decoding_open, decoding_close)

#endif
