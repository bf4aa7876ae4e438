#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_H

#include "common/shoplog/source/source_file.h"

/* The files of one log, in order. */

struct source {
	struct source_file *files;
	size_t files_len;
	uint64_t bytes; /* of all files, on the disk */
};

/* Resolves `names` (the form of logs_file_name: names with commas between,
 * blanks around them do not matter; a name that is no file but a glob stands
 * for what it matches, by modification time, equal ones by name) and looks at
 * each file. All of `names` may be one file, whatever is in its name. A file named
 * twice (same device and inode) counts where it comes first; what a glob matches
 * beside its packed copy counts once (source_copies.h). The files had these
 * names all at one moment, however they are renamed meanwhile.
 *
 * out  filled on ERR_OK; source_cleanup gives it back
 * why  names the file and the remedy on ERR_NO_LOG: missing, not ours to read, a
 *      directory, a FIFO, a glob without a match; on ERR_LOG_UNREADABLE; and on
 *      ERR_LOG_CHANGED: the files never rest
 * Thread: any; it reads 4 KiB a file, and waits a tenth of a second at most for the
 * end of a rotation. */
enum err source_resolve(
    struct source *out, const char *names, struct problem *why);

/* The same of several of that form, one after the other. */
enum err source_of_lists(struct source *out, const char *const *lists,
    size_t len, struct problem *why);
void source_cleanup(struct source *s);

#endif
