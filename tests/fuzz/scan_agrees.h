#ifndef TRAWL_TESTS_FUZZ_SCAN_AGREES_H
#define TRAWL_TESTS_FUZZ_SCAN_AGREES_H

#include "common/shoplog/scan/scan_ways.h"

#include <stdlib.h>
#include <string.h>

/* Whether a way of scanning says of every line what visit_read says. */

static inline bool
visit_is(const struct visit *a, const struct visit *b)
{
	return a->ip.high == b->ip.high && a->ip.low == b->ip.low &&
	       a->day == b->day && a->second == b->second &&
	       a->rest.len == b->rest.len &&
	       (a->rest.len == 0 || a->rest.data == b->rest.data);
}

/* The lines of a block of whole lines, one by one, against one batch after the
 * other. */
static inline bool
block_agrees(struct scan *s, struct span block)
{
	struct scan_batch batch = { .visits_len = 0 };
	size_t at = 0, scanned = 0, visits = 0, malformed = 0, batch_at = 0;

	while (at < block.len) {
		const char *text = block.data + at;
		const char *newline = memchr(text, '\n', block.len - at);
		size_t len = (size_t)(newline - text);
		struct span field[VISIT_FIELDS], line;
		struct visit want;

		if (at == scanned) {
			if (visits != batch.visits_len ||
			    malformed != batch.malformed_len)
				return false;
			batch_at = at;
			scanned += scan_lines(
			    s, span_of(text, block.len - at), &batch);
			visits = malformed = 0;
		}
		line =
		    span_of(text, len && text[len - 1] == '\r' ? len - 1 : len);
		if (line.len == 0) {
		} else if (visit_read(line, &want, field)) {
			if (visits == batch.visits_len ||
			    !visit_is(&batch.visits[visits++], &want))
				return false;
		} else if (malformed == batch.malformed_len ||
			   batch_at + batch.malformed[malformed++] != at) {
			return false;
		}
		at += len + 1;
	}
	return scanned == block.len && visits == batch.visits_len &&
	       malformed == batch.malformed_len;
}

/* As one that has read other lines, or none. */
static inline bool
scan_agrees_behind(scan_way *way, struct span block, unsigned strange)
{
	struct scan s;

	scan_init(&s);
	s.way = way;
	s.strange = strange;
	return block_agrees(&s, block);
}

/* Any bytes: their last line gets an end. They are read as the first lines of a log,
 * and as lines behind many that have no layout. */
static inline bool
scan_agrees(scan_way *way, const void *bytes, size_t len)
{
	char *copy = malloc(len + 1 + SCAN_PADDING);
	struct span block;
	bool agrees;

	if (!copy)
		abort();
	if (len)
		memcpy(copy, bytes, len);
	copy[len++] = '\n';
	/* What lies behind a block must not matter. */
	memset(copy + len, " x\n"[len % 3], SCAN_PADDING);
	block = span_of(copy, len);
	agrees = scan_agrees_behind(way, block, 0) &&
		 scan_agrees_behind(way, block, STRANGE_MANY + 1);
	free(copy);
	return agrees;
}

#endif
