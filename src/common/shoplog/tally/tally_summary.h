#ifndef TRAWL_COMMON_SHOPLOG_TALLY_TALLY_SUMMARY_H
#define TRAWL_COMMON_SHOPLOG_TALLY_TALLY_SUMMARY_H

#include <stdint.h>

/* What a tally says of its stretch as a whole: how much there is, from when to
 * when, and where the first malformed lines are. Numbers stay at the greatest value
 * there is rather than overflow. Pure, any thread. */
enum { MALFORMED_PLACES = 10 };

struct malformed_place {
	uint32_t file; /* index in the source */
	uint64_t offset;
};

struct tally_summary {
	uint64_t lines; /* well-formed and malformed ones */
	uint64_t malformed;
	uint64_t other;
	uint64_t bytes;
	/* The earliest and the latest moment (civil.h); first > last: none. */
	int64_t first_s, last_s;
	uint32_t places_len;
	struct malformed_place places[MALFORMED_PLACES]; /* in log order */
};

/* Of no line. */
void tally_summary_init(struct tally_summary *s);

/* There are lines of these moments, too. */
void tally_summary_widen(
    struct tally_summary *s, int64_t first_s, int64_t last_s);

/* A malformed line follows. */
void tally_summary_add_malformed(
    struct tally_summary *s, struct malformed_place place);

/* left := left, then right. */
void tally_summary_append(
    struct tally_summary *left, const struct tally_summary *right);

#endif
