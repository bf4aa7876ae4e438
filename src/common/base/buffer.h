#ifndef TRAWL_COMMON_BASE_BUFFER_H
#define TRAWL_COMMON_BASE_BUFFER_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes that are added at the end, one after the other, however many there will
 * be. Zeroed is empty and owns nothing. Where memory is out a buffer stays as it
 * is; what that means for the whole is the caller's to remember. One thread at a
 * time. */
struct buffer {
	char *data;       /* owner: this, for free(3) */
	size_t len, room; /* bytes: there, and room for */
};

/* Gives the memory back. */
void buffer_cleanup(struct buffer *b);

/* More room than there is, for buffer_reserve() alone. */
bool buffer_grow(struct buffer *b, size_t more);

/* Makes room for `more` bytes behind the last, which the caller may write and
 * then add to b->len. False when memory is out. Inline, as what follows: in the
 * usual case it is one comparison. */
static inline bool
buffer_reserve(struct buffer *b, size_t more)
{
	return more <= b->room - b->len || buffer_grow(b, more);
}

/* Adds the bytes; false when memory is out. */
static inline bool
buffer_add(struct buffer *b, struct span bytes)
{
	if (!buffer_reserve(b, bytes.len))
		return false;
	if (bytes.len)
		memcpy(b->data + b->len, bytes.data, bytes.len);
	b->len += bytes.len;
	return true;
}

#endif
