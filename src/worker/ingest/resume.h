#ifndef TRAWL_WORKER_INGEST_RESUME_H
#define TRAWL_WORKER_INGEST_RESUME_H

#include "common/base/err.h"
#include "common/shoplog/chunk.h"
#include "common/shoplog/source/source.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a parse begins to read: behind what a checkpoint knows of the log. All
 * zeros: at the beginning. */
struct resume {
	uint32_t file; /* index in the source; what lies before it is known */
	uint64_t offset;
};

/* Whether the log is the checkpoint's and more: its files come first, in its
 * order, whatever they are called now, all but the last of them as they were,
 * and the last no shorter, with the same 4 KiB at its head and before the place
 * where the checkpoint ends. A file that was written to without growing, or a
 * compressed one that grew, is not the one that it was.
 *
 * is_same  filled; out is, too, when it is true
 * Returns ERR_OK, ERR_NO_MEMORY, or as source_file_open().
 * Thread: a pool thread. */
enum err resume_find(const struct record *checkpoint, const struct source *s,
    bool *is_same, struct resume *out, struct problem *why);

/* chunk_split of what is to be read; the caller frees with free(3). */
enum err resume_chunks(const struct source *s, struct resume from,
    uint64_t chunk_size, struct chunk **out, size_t *len);

#endif
