#ifndef TRAWL_MASTER_REPORT_OPTIONS_H
#define TRAWL_MASTER_REPORT_OPTIONS_H

#include "common/base/err.h"
#include "common/shoplog/answer/answer.h"

#include <stdbool.h>
#include <stddef.h>

/* The command line of `trawl report`. Texts are borrowed from argv. */
enum { REPORT_THREADS_MAX = 256 };

struct report_options {
	bool is_help;
	bool is_json;
	int report;           /* 0: all seven */
	const char *category; /* NULL: each report's own */
	bool has_period;
	struct period period;
	unsigned threads; /* 0: one per CPU */
	char **logs;      /* in argv, which is reordered */
	size_t logs_len;  /* at least one, but for --help */
};

/* Returns ERR_OK, or ERR_INVALID when `why` says which option has which value
 * and what is accepted. argv[0] is not looked at. */
enum err report_options_parse(
    int argc, char **argv, struct report_options *out, struct problem *why);

#endif
