/* One block: the struct, room for a head, the body, the name of its generation. */
#include "worker/document.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct span
put(char *to, struct span bytes)
{
	if (bytes.len > 0)
		memcpy(to, bytes.data, bytes.len);
	return span_of(to, bytes.len);
}

struct document *
document_new(struct span generation, struct span body)
{
	struct document *d;
	size_t size =
	    sizeof(*d) + DOCUMENT_HEAD_MAX + body.len + generation.len;

	if (body.len > SIZE_MAX / 4 || generation.len > SIZE_MAX / 4)
		return NULL;
	/* aligned_alloc() gives whole lines only. */
	d = aligned_alloc(DOCUMENT_LINE,
	    (size + DOCUMENT_LINE - 1) / DOCUMENT_LINE * DOCUMENT_LINE);
	if (d == NULL)
		return NULL;
	memset(d, 0, sizeof(*d));
	d->refs = 1;
	d->body = put(d->bytes + DOCUMENT_HEAD_MAX, body);
	d->generation =
	    put(d->bytes + DOCUMENT_HEAD_MAX + body.len, generation);
	return d;
}

void
document_hold(struct document *d)
{
	d->refs++;
}

void
document_release(struct document *d)
{
	if (d == NULL)
		return;
	assert(d->refs > 0);
	if (--d->refs == 0)
		free(d);
}

bool
document_set_head(struct document *d, struct span head)
{
	if (head.len > DOCUMENT_HEAD_MAX || d->lent > 0)
		return false;
	memcpy(d->bytes + DOCUMENT_HEAD_MAX - head.len, head.data, head.len);
	d->head_len = (uint16_t)head.len;
	return true;
}
