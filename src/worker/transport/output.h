#ifndef TRAWL_TRANSPORT_OUTPUT_H
#define TRAWL_TRANSPORT_OUTPUT_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* The bytes of answers before they are written: a worker has one, because the
 * answers to what one read(2) brought are written together, at once. Zeroed is
 * empty. */
struct output {
	char *data;
	size_t len, capacity;
	bool has_failed; /* memory was out: what is there is not whole */
};

void output_add(struct output *out, struct span bytes);
void output_add_text(struct output *out, const char *text);
void output_add_number(struct output *out, size_t number);

/* Everything has been written. Memory stays for the next answers, unless one
 * was unusually large. */
void output_clear(struct output *out);

void output_cleanup(struct output *out);

#endif
