/* A growing buffer that remembers a failure, so that the one who fills it asks
 * once at the end. */
#include "worker/transport/output.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_MAX = 256 << 10 };

void
output_add(struct output *out, struct span bytes)
{
	if (out->capacity - out->len < bytes.len) {
		size_t capacity = out->capacity ? out->capacity : 16384;

		while (
		    capacity - out->len < bytes.len && capacity < SIZE_MAX / 2)
			capacity *= 2;
		char *data = realloc(out->data, capacity);
		if (data == NULL) {
			out->has_failed = true;
			return;
		}
		out->data = data;
		out->capacity = capacity;
	}
	if (bytes.len != 0)
		memcpy(out->data + out->len, bytes.data, bytes.len);
	out->len += bytes.len;
}

void
output_add_text(struct output *out, const char *text)
{
	output_add(out, span_text(text));
}

void
output_add_number(struct output *out, size_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	output_add(out, span_of(digits + at, sizeof(digits) - at));
}

void
output_clear(struct output *out)
{
	if (out->capacity > KEEP_MAX)
		output_cleanup(out);
	out->len = 0;
	out->has_failed = false;
}

void
output_cleanup(struct output *out)
{
	free(out->data);
	*out = (struct output){ NULL, 0, 0, false };
}
