#ifndef TRAWL_TESTS_REFERENCE_LINE_H
#define TRAWL_TESTS_REFERENCE_LINE_H

#include "common/base/arena.h"
#include "common/base/span.h"
#include "common/geo/geo.h"
#include "common/shoplog/scan/event.h"

/* A line of the log as the reference reads it: everything as text where that
 * will do. */
struct reference_line {
	enum event_kind kind;
	const char *date;  /* "2018-08-01" */
	const char *clock; /* "00:28:36" */
	struct address address;
	const char *category, *goods; /* NULL where the kind has none */
	uint64_t goods_id, cart_id, user_id;
};

/* Reads a line without its end. False when it is malformed. The texts live in
 * the arena. */
bool reference_line_read(
    struct arena *a, struct span line, struct reference_line *out);

/* Whether event_parse has read the same: of the fields, those that the kind
 * has. */
bool reference_line_is(const struct reference_line *r, const struct event *e);

#endif
