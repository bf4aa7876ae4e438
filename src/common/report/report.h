#ifndef TRAWL_COMMON_REPORT_REPORT_H
#define TRAWL_COMMON_REPORT_REPORT_H

#include "common/base/err.h"
#include "common/shoplog/answer/answer.h"

#include <stddef.h>
#include <stdint.h>

/* The documents of the seven reports: one encoder for the server and for the
 * command line. */
struct report_source {
	const char *job; /* NULL at the command line: null in the document */
	const char *const *files; /* base names */
	size_t files_len;
	uint64_t lines, malformed;
	int64_t first_s, last_s; /* as in struct tally_summary */
	const char *parsed_at;   /* "2026-01-31T09:00:00Z" */
	const char *geo;
};

/* period  NULL: none was asked for, and the document has no "period"
 * json    *len bytes and a NUL; the caller frees with free(3)
 * Returns ERR_OK, ERR_NO_MEMORY, or ERR_INTERNAL: a name is not UTF-8 (what a log
 * holds is; file names that are not get U+FFFD), or there was no memory to look at
 * it. Any thread. */
enum err report_encode(const struct answer *answer,
    const struct report_source *source, const struct period *period,
    char **json, size_t *len);

/* The words of report 1 to 7: what it asks, what it counts. Static memory. */
const char *report_question(int report);
const char *report_unit(int report);

#endif
