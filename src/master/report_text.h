#ifndef TRAWL_MASTER_REPORT_TEXT_H
#define TRAWL_MASTER_REPORT_TEXT_H

#include "common/report/report.h"
#include "common/shoplog/answer/answer.h"

#include <stdio.h>

/* The reports for a person at a terminal. Errors of `out` are the caller's to
 * look for. */

/* Words that hold names of a log or a file: whatever could speak to the terminal
 * is a "?". */
void report_text_words(FILE *out, struct span text);

/* What was read: a paragraph. */
void report_text_source(
    FILE *out, const struct report_source *source, const struct period *period);

/* One report: the question, the answer, the first rows of the ranking. */
void report_text_answer(FILE *out, const struct answer *answer);

#endif
