#ifndef TRAWL_WORKER_SERVICE_DOCUMENT_CACHE_H
#define TRAWL_WORKER_SERVICE_DOCUMENT_CACHE_H

#include "worker/document.h"
#include "worker/service/cold.h"

/* Documents that are ready, by the question that they answer, of the generation
 * that is asked for, and of the next one as far as it is prepared: a bounded number
 * of bytes, the least recently used goes first. Loop thread only. */
struct document_cache;

struct cached_document {
	/* Of one that is found, who asks for it meets only these. */
	struct document *document; /* held */
	unsigned listed_at;        /* document_cache.c alone */
	/* whether it was used since the owner set this to false */
	bool is_asked;

	struct cold_question question; /* its category is the entry's own */

	/* of document_cache.c alone */
	struct cached_document *chain;         /* of its bucket */
	struct cached_document *newer, *older; /* by when they were used */
};

/* bytes_max  0: nothing is kept
 * NULL when memory is out. */
struct document_cache *document_cache_new(size_t bytes_max);

/* Releases all documents. NULL is allowed. */
void document_cache_free(struct document_cache *c);

/* From now on this generation is asked for: drops all of another one.
 * Returns ERR_OK or ERR_NO_MEMORY. */
enum err document_cache_turn_to(
    struct document_cache *c, struct span generation);

/* Of that generation. NULL: it is not there. Borrowed until the next put or
 * turn. */
struct cached_document *document_cache_find(
    struct document_cache *c, const struct cold_question *q);

/* Whether it is there of any generation that is named. */
bool document_cache_has(struct document_cache *c, struct span generation,
    const struct cold_question *q);

/* It was asked for just now. */
void document_cache_note_use(
    struct document_cache *c, struct cached_document *n);

/* Keeps a document, of d->generation, and holds it. One that is there already, or
 * is too large, or for which memory is out, is not kept: that is no error. */
void document_cache_put(struct document_cache *c, const struct cold_question *q,
    struct document *d);

/* From the most recently used on: the first, and the one after another; NULL:
 * there is no more. */
struct cached_document *document_cache_newest(const struct document_cache *c);
struct cached_document *document_cache_older(const struct cached_document *n);

#endif
