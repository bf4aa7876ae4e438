#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_LINES_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_LINES_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/source/source.h"
#include "common/shoplog/source/unpack.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lines of one file that start in [from, to), one after the other, in
 * memory that does not depend on their length. Offsets are those of the text. One
 * thread at a time. */
struct lines {
	const struct source_file *file; /* borrowed */
	int fd;
	struct unpack *unpack; /* owner; NULL: the file is plain */
	uint64_t size;         /* of the text; UINT64_MAX: not known yet */
	char *buffer;
	size_t at, filled; /* buffer[at, filled) is read and not yet given */
	uint64_t offset;   /* in the file, of buffer[at] */
	uint64_t from, to;
	_Atomic uint64_t *done;  /* borrowed, may be NULL */
	const _Atomic int *stop; /* borrowed, may be NULL */
};

struct line {
	struct span text; /* without its end; borrowed until the next line */
	uint64_t offset;  /* of its first byte in the file */
	uint64_t bytes;   /* with its end; 0: there is no more line */
	bool is_too_long; /* over LINE_MAX_BYTES: text is empty */
	bool is_unterminated; /* the last of the file, without "\n" */
};

/* Opens the file and goes to the first line that starts at `from` or behind.
 *
 * from, to  offsets in the file; of one that is not plain, all of it
 * done  bytes of [from, to) are added to it as they are read: to - from in all
 *       when the last line has been given; NULL: nobody asks
 * stop  polled at every read: non-zero ends it with ERR_STALE; NULL: it is not
 *       stopped. A thread that gives way ends its turn there, too (turn.h)
 * Returns ERR_OK (lines_close gives it back), ERR_NO_MEMORY, ERR_LOG_CHANGED,
 * ERR_NO_FILES, ERR_LOG_UNREADABLE, ERR_STALE. */
enum err lines_open(struct lines *l, const struct source_file *f, uint64_t from,
    uint64_t to, _Atomic uint64_t *done, const _Atomic int *stop,
    struct problem *why);

/* The next line; at the end ERR_OK with out->bytes 0. Errors as above. */
enum err lines_next(struct lines *l, struct line *out, struct problem *why);

/* Whole lines, as many as have been read: "\n" at its end, SCAN_PADDING (scan.h)
 * readable bytes behind it, borrowed until the next call. Empty when what comes
 * next is for lines_next(): no line, the last one, one without an end, one that
 * is longer than the buffer. Errors as above.
 *
 * offset  in the file, of the block's first byte */
enum err lines_next_block(
    struct lines *l, struct span *out, uint64_t *offset, struct problem *why);

void lines_close(struct lines *l);

#endif
