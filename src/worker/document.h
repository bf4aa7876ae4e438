#ifndef TRAWL_WORKER_DOCUMENT_H
#define TRAWL_WORKER_DOCUMENT_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The body of an answer that is given again and again: made by service, counted,
 * read by all who hold it. Beside it stands what the other layers made of it, so
 * that they need not do so again: api its name, transport the head that it was
 * sent with last, right before its first byte, so that head and body are one
 * piece of memory and leave with one write(2). Loop thread only. */
enum { DOCUMENT_NAME_MAX = 96, DOCUMENT_HEAD_MAX = 448, DOCUMENT_LINE = 64 };

struct document {
	/* What every answer meets is one line of the cache. */
	_Alignas(DOCUMENT_LINE) int refs;
	uint16_t head_len;              /* transport; 0: there is none */
	uint16_t lent;                  /* how often it is to be written */
	int64_t head_s;                 /* the second that the head tells */
	bool head_is_last, head_is_old; /* and to which kind of client */
	bool has_etag;                  /* api */
	struct span body, generation;   /* service: in this memory */

	char etag[DOCUMENT_NAME_MAX];
	char bytes[];
};

/* Copies both; held once, by the caller. NULL when memory is out. Any thread. */
struct document *document_new(struct span generation, struct span body);

void document_hold(struct document *d);
void document_release(struct document *d); /* takes NULL */

/* Keeps the bytes of a head before the body; false: they are too many, or the
 * head that is there is still to be written. */
bool document_set_head(struct document *d, struct span head);

/* Head and body. */
static inline struct span
document_message(const struct document *d)
{
	return span_of(d->body.data - d->head_len, d->head_len + d->body.len);
}

#endif
