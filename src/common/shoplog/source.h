#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The files of one log, in order, as they were when a parse began: what later
 * grows is ignored, what shrinks or changes is noticed. Read with pread(2),
 * never through a mapping in a worker (a truncated file would raise SIGBUS). */

enum { SOURCE_DIGEST_SIZE = 16, SOURCE_PROBE_SIZE = 4096 };

/* What tells one log file from another, however it is called. */
struct source_identity {
	uint64_t device, inode; /* compared on the same host only */
	int64_t mtime_ns;
	uint64_t size; /* bytes, decompressed */
	uint8_t head[SOURCE_DIGEST_SIZE]; /* BLAKE2b of the first 4 KiB or less */
};

struct source_file {
	char *path;
	struct source_identity id;
};

struct source {
	struct source_file *files;
	size_t files_len;
	uint64_t bytes; /* of all files */
};

/* Resolves `names` (the form of logs_file_name: files with commas between, or
 * a glob) and looks at each file.
 *
 * out  filled on ERR_OK; source_cleanup gives it back
 * why  names the file on ERR_NO_LOG: missing, unreadable, a directory, a FIFO
 * Thread: any; it reads 4 KiB a file. */
enum err source_resolve(struct source *out, const char *names,
    struct problem *why);
void source_cleanup(struct source *s);

/* The digest of the (at most) 4 KiB that end at `offset`. */
enum err source_digest_before(const struct source_file *f, uint64_t offset,
    uint8_t out[SOURCE_DIGEST_SIZE], struct problem *why);

#endif
