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
 * spool_close gives it back. Returns ERR_OK or ERR_NO_LOG with `why`. */
enum err spool_open(
    struct spool *s, int from, struct progress *progress, struct problem *why);

void spool_close(struct spool *s);

#endif
