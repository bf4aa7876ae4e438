#ifndef TRAWL_WORKER_INGEST_SOURCE_TEXT_H
#define TRAWL_WORKER_INGEST_SOURCE_TEXT_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/source/source.h"

#include <stdbool.h>

/* A source as text in the records of jobs and checkpoints, so that a worker of
 * any host reads the same bytes of the same files:
 *
 *	kernel <boot id>
 *	<size> <mtime_ns> <device> <inode> <digest of the head> <path>
 *	...
 *
 * A path has its bytes up to the blank, '%' and 127 written %XX. */

/* out  NUL behind it; owner the arena
 * Thread: any (it reads the boot id). */
enum err source_to_text(
    const struct source *s, struct arena *a, struct span *out);

/* Reads the text. Device and inode mean nothing under another kernel: they are
 * 0 then, which compares with nothing.
 *
 * out  filled on ERR_OK; source_cleanup gives it back. ERR_CORRUPT. */
enum err source_of_text(struct span text, struct source *out);

/* From where this process sees files: by another kernel, among other mounts or as
 * another user, a file may be missing, unreadable or another one of that name.
 * Thread: any. */
enum { SOURCE_SEEN_FROM_SIZE = 128 };
void source_seen_from(char out[SOURCE_SEEN_FROM_SIZE]);

/* Whether two texts tell of the same log, up to the same byte: equal ones do, and
 * of different kernels those that differ in device and inode alone. Whoever starts a
 * job is compared in the same way with the one that runs (job_start.lua). */
bool source_text_is_same(struct span one, struct span other);

#endif
