#ifndef TRAWL_TESTS_REFERENCE_REFERENCE_H
#define TRAWL_TESTS_REFERENCE_REFERENCE_H

#include "common/base/arena.h"
#include "common/geo/geo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The seven answers by the plainest reading: whole files in memory, one pass,
 * one table a question, nothing shared with the program but geo_country() and
 * the names of countries. What trawl says is held against it. */
enum { REFERENCE_REPORTS = 7, REFERENCE_PLACES = 10 };

struct reference_query {
	const struct geo *geo;                       /* NULL knows no country */
	const char *category[1 + REFERENCE_REPORTS]; /* of 2, 3 and 5 */
	const char *from, *to; /* "2018-08-01", inclusive; NULL is open */
};

/* The categories that the questions ask for by themselves, no period. */
struct reference_query reference_query_default(const struct geo *geo);

struct reference_row {
	const char *name;
	const char *code; /* of a country, else NULL */
	uint64_t value;
};

struct reference_rows {
	struct reference_row *row;
	size_t len;
};

struct reference_report {
	struct reference_rows ranking;
	const char *answer;           /* 1, 2, 3, 5; NULL: none */
	uint64_t value;               /* the answer itself in 4, 6, 7 */
	const char *category;         /* 2, 3, 5 */
	uint64_t unknown;             /* 1, 2 */
	uint64_t hours[24];           /* 3 */
	struct reference_rows series; /* 4 */
	uint64_t carts;               /* 5 */
	uint64_t buyers;              /* 7 */
};

struct reference_place {
	size_t file;
	uint64_t offset;
};

struct reference {
	uint64_t lines, malformed, other;
	const char *from, *to; /* "2018-08-01T00:01:35"; NULL without lines */
	struct reference_rows categories; /* by name */
	struct reference_place
	    places[REFERENCE_PLACES]; /* of malformed lines */
	size_t places_len;
	struct reference_report
	    report[1 + REFERENCE_REPORTS]; /* [0] is unused */
};

/* Reads the files, which are one log in this order. All that *out points to
 * lives in the arena. */
void reference_read(struct arena *a, const struct span *files, size_t files_len,
    const struct reference_query *query, struct reference *out);

#endif
