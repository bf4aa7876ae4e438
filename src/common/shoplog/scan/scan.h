#ifndef TRAWL_COMMON_SHOPLOG_SCAN_SCAN_H
#define TRAWL_COMMON_SHOPLOG_SCAN_SCAN_H

#include "common/base/span.h"
#include "common/shoplog/scan/visit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Many lines at a time into visits. A line that looks as one before it did
 * (same widths, same service and level: a layout) is verified instead of read;
 * every other line, and every byte that is not plain text, goes to visit_read(),
 * whose word is law. */
enum {
	SCAN_LINES = 128, /* at a time */
	SCAN_PADDING =
	    192,         /* bytes behind a block that may be read, not used */
	SCAN_WIDTH = 64, /* of a layout, at most */
	SCAN_LAYOUTS = 16,
	SCAN_NOTES = 64, /* of layouts */
	SCAN_HOST =
	    64, /* longest scheme and host, with a slash, that is remembered */
	SCAN_HOSTS = 4,
};

/* How the bytes before the address look: byte i fits when it is one of
 * least[i] to least[i] + range[i]. */
struct scan_layout {
	uint8_t least[SCAN_WIDTH], range[SCAN_WIDTH];
	uint8_t range_any_day[SCAN_WIDTH]; /* where the date may be any bytes */
	uint32_t date_at, time_at, address_at;
	int32_t day; /* of the date that fits */
	/* The layout that last came behind this one: it is expected there again. */
	struct scan_layout *follower;
};

/* A scheme and host with the slash behind them. */
struct scan_host {
	uint8_t text[SCAN_HOST], mask[SCAN_HOST];
	uint32_t len; /* without the slash */
};

struct scan_batch {
	struct visit visits[SCAN_LINES]; /* well-formed lines, in order */
	size_t visits_len;
	size_t malformed[SCAN_LINES]; /* where those begin in the block */
	size_t malformed_len;
};

struct scan;
typedef size_t scan_way(
    struct scan *s, struct span block, struct scan_batch *out);

struct scan {
	struct scan_layout layouts[SCAN_LAYOUTS];
	unsigned layouts_len;
	struct scan_layout *current; /* of the line before */
	/* Layouts by what their lines look like, for those that come unexpected. */
	uint8_t notes[SCAN_NOTES];
	unsigned strange; /* lines since one had a layout */
	unsigned unusual; /* lines since one was usual */
	bool is_ipv6;     /* what the usual line before had, most likely */
	char date[16];    /* of the last line without one, 10 bytes */
	int32_t day;      /* of that date */
	struct scan_host hosts[SCAN_HOSTS];
	unsigned host; /* of the line before */
	scan_way *way;
};

/* Chooses what this processor does best. */
void scan_init(struct scan *s);

/* Reads the first lines of the block, SCAN_LINES at most. Empty lines are in
 * neither list.
 *
 * block  whole lines, "\n" at its end; SCAN_PADDING bytes behind it can be read
 * out    its spans are borrowed from the block
 * Returns the bytes of the lines that were read. */
static inline size_t
scan_lines(struct scan *s, struct span block, struct scan_batch *out)
{
	return s->way(s, block, out);
}

#endif
