#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_NAMES_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_NAMES_H

#include "common/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The names of the files of a log as a setting has them, in the form that source.h
 * tells; nothing is opened. */

enum { SOURCE_FILES_MAX = 10000 }; /* of one log */

struct source_name {
	char *path;
	size_t
	    entry; /* of the setting: all that one glob matches have the same */
	bool is_match; /* of a glob */
};

struct source_names {
	struct source_name *list; /* matches of one glob by name */
	size_t len;
	size_t entries;
};

/* lists  each a name, several with commas between, or a glob
 * out    filled on ERR_OK; source_names_cleanup gives it back
 * Returns ERR_OK, ERR_NO_MEMORY; ERR_NO_LOG: an empty name, a glob without a match,
 * too many files; of a directory what source_file_identify() returns of a file. A name
 * that is no glob need not be that of a file. Thread: any. */
enum err source_names_expand(struct source_names *out, const char *const *lists,
    size_t len, struct problem *why);
void source_names_cleanup(struct source_names *n);

#endif
