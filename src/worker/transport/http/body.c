#include "worker/transport/http/body.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 4096 };

enum err
body_add(struct body *b, struct span piece, size_t limit)
{
	size_t capacity = b->capacity ? b->capacity : CAPACITY_MIN;

	if (b->len > limit || piece.len > limit - b->len)
		return ERR_BODY_TOO_LARGE;
	while (capacity < b->len + piece.len)
		capacity *= 2;
	if (capacity != b->capacity) {
		char *data = malloc(capacity);

		if (data == NULL)
			return ERR_NO_MEMORY;
		if (b->len > 0)
			memcpy(data, b->data, b->len);
		body_wipe(span_of(b->data, b->len));
		free(b->data);
		b->data = data;
		b->capacity = capacity;
	}
	memcpy(b->data + b->len, piece.data, piece.len);
	b->len += piece.len;
	return ERR_OK;
}

void
body_cleanup(struct body *b)
{
	body_wipe(span_of(b->data, b->len));
	free(b->data);
	*b = (struct body){ NULL, 0, 0 };
}

void
body_wipe(struct span bytes)
{
	/* The receive buffer is ours to write; readers have it const. */
	if (bytes.len > 0)
		explicit_bzero((void *)(uintptr_t)bytes.data, bytes.len);
}
