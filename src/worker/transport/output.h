#ifndef TRAWL_WORKER_TRANSPORT_OUTPUT_H
#define TRAWL_WORKER_TRANSPORT_OUTPUT_H

#include "common/base/arena.h"
#include "common/base/buffer.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct document;

/* The bytes of answers before they are written: a worker has one, because the
 * answers to what one read(2) brought are written together, at once. Heads and
 * short bodies are copied, a long body is written from where it lies. Zeroed is
 * empty. */
enum { OUTPUT_LOANS = 32, OUTPUT_LOAN_MIN = 1024 };

struct output {
	struct buffer copied;
	bool has_failed; /* memory was out: what is there is not whole */
	struct output_loan {
		size_t at; /* in `copied`: it goes before this byte */
		struct span bytes;
		struct arena arena;        /* owner of the bytes, or empty */
		struct document *document; /* the same, held; or NULL */
	} loans[OUTPUT_LOANS];
	size_t loans_len, lent; /* bytes */
};

/* Inline, so that the length of a literal is known to the compiler. */
static inline void
output_add(struct output *out, struct span bytes)
{
	if (!buffer_add(&out->copied, bytes))
		out->has_failed = true;
}

static inline void
output_add_text(struct output *out, const char *text)
{
	output_add(out, span_text(text));
}

/* The same without copying, as long as there are few: the arena that the bytes
 * lie in becomes the output's, which empties it when they are sent.
 *
 * arena  left empty; bytes that are static may come with an empty one */
void output_lend(struct output *out, struct span bytes, struct arena *arena);

/* Head and body of a document, which is held until they are sent: in one piece of
 * memory, so that a small one is copied only when it is one of several. */
void output_lend_document(struct output *out, struct document *d);

static inline size_t
output_len(const struct output *out)
{
	return out->copied.len + out->lent;
}

void output_add_number(struct output *out, size_t number);

/* Writes all of it, behind what was written before: what the kernel takes at once,
 * and the rest, copied, when it can. The output is empty afterwards, whatever
 * happened; its memory stays for the next answers, unless one was unusually large.
 *
 * on_sent  called when the rest is written, or never will be (status < 0)
 * Returns 0: nothing is left; 1: on_sent will be called; < 0: an error of libuv,
 * nothing more is written. */
int output_send(struct output *out, uv_stream_t *stream,
    void (*on_sent)(uv_stream_t *stream, int status));

/* What is there, if it is a document that was lent and nothing else; the output is
 * empty then. The caller hands it to output_send_document(). NULL otherwise. */
struct document *output_take_document(struct output *out);

/* As output_send(), of what output_take_document() gave, when nothing waits in the
 * stream.
 *
 * fd  the stream's, of which nothing else is looked at if the kernel takes all */
int output_send_document(struct document *d, int fd, uv_stream_t *stream,
    void (*on_sent)(uv_stream_t *stream, int status));

/* Drops what is there. */
void output_clear(struct output *out);

void output_cleanup(struct output *out);

#endif
