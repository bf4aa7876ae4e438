#ifndef TRAWL_COMMON_BASE_DOTENV_H
#define TRAWL_COMMON_BASE_DOTENV_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stddef.h>

/* A `.env` file: one `KEY=value` a line, as shells and other readers of such
 * files take it.
 *
 *	# a comment; empty lines are nothing
 *	port=9000                  # blanks around are not part of the value
 *	export host = ::1
 *	secret='taken # as it is'
 *	secret="with \" \\ \n \t \$ escapes"
 *
 * A key given twice has its last value. */
struct dotenv_entry {
	const char *key, *value;
	unsigned line; /* from 1 */
};

struct dotenv {
	struct dotenv_entry *entries; /* in the order of the file */
	size_t len;
	char *text; /* owner of the keys and values */
};

/* Reads a file; one that is not there is empty. On ERR_INVALID (a line of
 * another form, an unreadable or too large file) `why` names file and line,
 * never the value. */
enum err dotenv_read(struct dotenv *out, const char *path, struct problem *why);

/* The same from memory; `name` is for the words of `why`. */
enum err dotenv_parse(struct dotenv *out, const char *name, struct span text,
    struct problem *why);

/* The value, borrowed from `d`; NULL when the key is not there. */
const char *dotenv_find(const struct dotenv *d, const char *key);

void dotenv_cleanup(struct dotenv *d);

#endif
