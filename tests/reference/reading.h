#ifndef TRAWL_TESTS_REFERENCE_READING_H
#define TRAWL_TESTS_REFERENCE_READING_H

#include "reference/reference.h"
#include "reference/table.h"

/* What one pass over the lines leaves behind: a table a question. Keys are
 * texts: a day is "2018-08-01", a vote "<goods id> <category>/<goods>". No name
 * holds a NUL or a blank, for then its line would be malformed. */
struct reading {
	struct arena *arena;
	const struct reference_query *query;
	struct reference *out;
	struct table countries, interest; /* code -> requests, goods views */
	struct table hours;               /* "2018-08-01T00" -> requests */
	uint64_t views[24];               /* of the category of report 3 */
	struct table seen;                /* categories */
	struct table page;  /* address -> text: its goods page, "" if not one */
	struct table votes; /* "<goods id> <page>" -> votes */
	struct table named; /* cart -> text: day of its first line */
	struct table paid;  /* cart -> text: day of its first success_pay */
	struct table payer; /* cart -> text: address of its last success_pay */
	struct table user;  /* cart -> text: user of its last pay */
	struct table items; /* "<cart> <goods id>" */
};

/* Whether the day is of the period that is asked for. */
bool reading_is_inside(const struct reference_query *q, const char *day);

/* Reads the seven reports and the categories off the tables into r->out. */
void reading_report(struct reading *r);

#endif
