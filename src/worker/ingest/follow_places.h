#ifndef TRAWL_WORKER_INGEST_FOLLOW_PLACES_H
#define TRAWL_WORKER_INGEST_FOLLOW_PLACES_H

#include "common/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where a log changes: folders, and the names in them that belong to it. A file
 * that is written to, made, removed or renamed is told by its folder, so that a
 * rotation is, too. */
enum { FOLLOW_PLACES_MAX = 64 };

struct follow_place {
	char *folder;  /* without links */
	char *pattern; /* a name, or a glob for names, in it */
	dev_t device;  /* of the folder, when it was found */
	ino_t inode;
};

struct follow_places {
	struct follow_place places[FOLLOW_PLACES_MAX];
	size_t len;
	/* The kernel does not tell of all of it: a folder that is not there, or
	 * on another machine, a glob for folders, too many places. */
	bool is_blind;
};

/* names  the form of logs_file_name; the folders of all links on the way to the
 *        files are places, too
 * out    filled in any case; follow_places_cleanup gives it back
 * Returns ERR_OK or ERR_NO_MEMORY. Thread: a pool thread; it asks the disk. */
enum err follow_places_find(const char *names, struct follow_places *out)
    __attribute__((warn_unused_result));
void follow_places_cleanup(struct follow_places *p);

/* Whether one of the folders is another one by now, or gone, as when a folder above
 * it was renamed or a file system mounted there: the kernel tells of neither. It
 * asks the disk, and no other machine unless the places are blind. */
bool follow_places_are_others(const struct follow_places *p);

/* Whether what happened to `name` in the folder of a place is of interest; NULL:
 * the kernel did not say to what, or it was the folder itself. */
bool follow_place_has(const struct follow_place *p, const char *name);

#endif
