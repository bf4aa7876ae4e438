#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_FILE_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_FILE_H

#include "common/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One file of a log, as it was when a parse began: what later grows is ignored,
 * what shrinks or changes is noticed. Read with pread(2), never through a mapping
 * in a worker (a truncated file would raise SIGBUS). */

enum {
	SOURCE_DIGEST_SIZE = 16,
	SOURCE_DIGEST_TEXT = 2 * SOURCE_DIGEST_SIZE + 1,
	SOURCE_PROBE_SIZE = 4096,
};

/* How a file holds its text, told by its first bytes. */
enum source_format { SOURCE_PLAIN, SOURCE_GZIP, SOURCE_ZSTD, SOURCE_FORMATS };

/* What tells one log file from another, however it is called. */
struct source_identity {
	/* Compared on the same host only: whoever takes an identity over from
	 * another host sets both to 0, which is compared with nothing. */
	uint64_t device, inode;
	int64_t mtime_ns;
	uint64_t size;  /* bytes on the disk, compressed or not */
	uint8_t format; /* enum source_format */
	/* BLAKE2b of the first 4 KiB or less, and of the last. */
	uint8_t head[SOURCE_DIGEST_SIZE], end[SOURCE_DIGEST_SIZE];
};

struct source_file {
	char *path;
	struct source_identity id;
};

/* Fills f->id from what f->path names now.
 *
 * why  names the file, and the remedy
 * Returns ERR_OK; ERR_NO_LOG: it is missing, not ours to read, a directory, a FIFO;
 * ERR_NO_FILES; ERR_LOG_UNREADABLE: it is there, and the disk refuses.
 * Thread: any; it reads 8 KiB. */
enum err source_file_identify(struct source_file *f, struct problem *why);

/* Opens it for reading and sees that it still is that file:
 * no smaller, the same device and inode, the same head, the same bytes where it
 * ended, and not written to unless it has grown: one that was written anew is another
 * file, also as that inode. A moment is waited for the end of a write(2).
 *
 * fd  the caller closes it
 * Returns ERR_OK, ERR_LOG_CHANGED (also when it has vanished), ERR_NO_FILES,
 * ERR_LOG_UNREADABLE. */
enum err source_file_open(
    const struct source_file *f, int *fd, struct problem *why);

/* Whether offsets in its text are offsets in the file. A file that is not plain
 * is one chunk, and its last line ends where it ends. */
static inline bool
source_file_is_plain(const struct source_file *f)
{
	return f->id.format == SOURCE_PLAIN;
}

/* Reads `len` bytes (at least one) at `offset` of a file that source_file_open
 * gave, whole or not at all. Returns ERR_OK, ERR_LOG_CHANGED (it shrank),
 * ERR_LOG_UNREADABLE. */
enum err source_file_read(const struct source_file *f, int fd, void *out,
    size_t len, uint64_t offset, struct problem *why);

/* The digest of the (at most) 4 KiB that end at `offset`, of the file that it was
 * before and is behind the look. Returns as source_file_open(). */
enum err source_file_digest_before(const struct source_file *f, uint64_t offset,
    uint8_t out[SOURCE_DIGEST_SIZE], struct problem *why);

/* A digest in hexadecimal. Pure, any thread. */
void source_digest_text(
    char out[SOURCE_DIGEST_TEXT], const uint8_t digest[SOURCE_DIGEST_SIZE]);

#endif
