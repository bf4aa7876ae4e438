#ifndef TRAWL_MASTER_SPOOL_H
#define TRAWL_MASTER_SPOOL_H

#include "common/base/err.h"
#include "master/progress.h"

/* Standard input as a file: a log is read at many places at once and looked at
 * twice, which a pipe does not allow. */
enum { SPOOL_PATH_SIZE = 32 };

struct spool {
	int fd; /* -1: nothing was spooled */
	char path[SPOOL_PATH_SIZE];
};

/* Copies `from` to its end into a file without a name, in TMPDIR or /tmp.
 * spool_close gives it back.
 *
 * progress  told of every block; taken away at the end
 * Returns ERR_OK, ERR_NO_MEMORY, or with `why` ERR_LOG_UNREADABLE: `from` cannot be
 * read; ERR_INVALID: the directory takes no file, or not all of it. Blocks. */
enum err spool_open(
    struct spool *s, int from, struct progress *progress, struct problem *why);

void spool_close(struct spool *s);

#endif
