#ifndef TRAWL_MASTER_PROGRESS_H
#define TRAWL_MASTER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One line on a terminal, no longer than it is wide, that says how far a long work
 * is. Nothing is written before a second has gone by, or when nobody looks. One
 * thread at a time. */
struct progress {
	FILE *out; /* borrowed; NULL: nobody looks */
	int64_t began_ms;
	int64_t shown_ms; /* when the line was last written */
	uint64_t total;   /* bytes; 0: nobody knows */
	bool is_shown;
};

/* out    NULL, or a terminal
 * total  0 when it is not known: then nothing is said of it and of time */
void progress_init(struct progress *p, FILE *out, uint64_t total);

/* done  bytes, of the total. To be called as often as one likes. */
void progress_show(struct progress *p, uint64_t done);

/* Takes the line away. */
void progress_end(struct progress *p);

/* "12.3 MB". Decimal units. */
enum { PROGRESS_BYTES_TEXT = 24 };
void progress_format_bytes(double bytes, char out[PROGRESS_BYTES_TEXT]);

#endif
