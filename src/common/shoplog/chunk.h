#ifndef TRAWL_COMMON_SHOPLOG_CHUNK_H
#define TRAWL_COMMON_SHOPLOG_CHUNK_H

#include "common/base/err.h"
#include "common/shoplog/source/source.h"
#include "common/shoplog/tally/tally.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* A chunk is a stretch of one file: it owns the lines that *start* in
 * [from, to). So it reads on behind `to` until its last line ends, and begins
 * behind the first line end at or after from - 1. */
struct chunk {
	uint32_t file; /* index in the source */
	uint64_t from, to;
};

/* Splits every file of the source into chunks of about `size` bytes, in the
 * order of the log. An empty file gives no chunk, a compressed one a single one.
 *
 * out   *len chunks, the caller frees with free(3)
 * Pure. */
enum err chunk_split(
    const struct source *s, uint64_t size, struct chunk **out, size_t *len);

/* Reads the chunk and adds its lines to `t`, and their bytes with the line ends:
 * over all chunks of plain files these add up to the bytes of the source.
 *
 * tail   an unterminated last line of the last file goes here instead, bytes
 *        and all (an empty tally otherwise), unless the file is compressed: that
 *        one does not grow; NULL: into `t` too
 * done   bytes read so far are added to it as work goes on; NULL: nobody asks
 * stop   polled between blocks, as in lines_open
 * Returns ERR_OK, ERR_NO_MEMORY, ERR_LOG_CHANGED (vanished, shrank, or is another
 * file than `s` says), ERR_NO_FILES, ERR_LOG_UNREADABLE.
 * Thread: a pool thread; it blocks on the disk. */
enum err chunk_tally(const struct source *s, const struct chunk *c,
    struct tally *t, struct tally *tail, _Atomic uint64_t *done,
    const _Atomic int *stop, struct problem *why);

#endif
