/* A chunk of the log, read and tallied by one thread. Where a line belongs is
 * decided by where it starts, and its bytes go with it: so every line and every
 * byte of the log is counted by exactly one chunk, and an unterminated last
 * line, however many chunks it runs through, is counted apart as a whole. */
#include "common/shoplog/chunk.h"

#include "common/shoplog/scan/event.h"
#include "common/shoplog/scan/scan.h"
#include "common/shoplog/source/lines.h"

#include <assert.h>
#include <stdlib.h>

/* Bytes of a chunk of the file. */
static uint64_t
step_of(const struct source_file *f, uint64_t size)
{
	return source_file_is_plain(f) ? size : UINT64_MAX;
}

enum err
chunk_split(
    const struct source *s, uint64_t size, struct chunk **out, size_t *len)
{
	uint64_t count = 0;
	struct chunk *chunk;

	assert(size > 0);
	for (size_t i = 0; i < s->files_len; i++) {
		uint64_t step = step_of(&s->files[i], size);

		count += s->files[i].id.size / step +
			 (s->files[i].id.size % step != 0);
	}
	if (count > SIZE_MAX / sizeof(*chunk))
		return ERR_NO_MEMORY;
	chunk = malloc(count ? (size_t)count * sizeof(*chunk) : 1);
	if (!chunk)
		return ERR_NO_MEMORY;
	*out = chunk;
	*len = (size_t)count;
	for (uint32_t i = 0; i < s->files_len; i++) {
		uint64_t left = s->files[i].id.size, from = 0;
		uint64_t step = step_of(&s->files[i], size);

		for (; left; chunk++) {
			uint64_t bytes = left < step ? left : step;

			*chunk = (struct chunk){ i, from, from + bytes };
			from += bytes;
			left -= bytes;
		}
	}
	return ERR_OK;
}

static enum err
add_line(struct tally *t, uint32_t file, const struct line *line)
{
	struct event event;

	tally_add_bytes(t, line->bytes);
	if (line->text.len == 0 && !line->is_too_long)
		return ERR_OK;
	if (!line->is_too_long && event_parse(line->text, &event))
		return tally_add(t, &event);
	tally_add_malformed(t, file, line->offset);
	return ERR_OK;
}

/* Adds a block of whole lines of the file. */
static enum err
add_block(struct tally *t, struct scan *scan, uint32_t file, struct span block,
    uint64_t offset)
{
	tally_add_bytes(t, block.len);
	while (block.len) {
		struct scan_batch batch;
		size_t used = scan_lines(scan, block, &batch);
		enum err e =
		    tally_add_visits(t, batch.visits, batch.visits_len);

		if (e != ERR_OK)
			return e;
		for (size_t i = 0; i < batch.malformed_len; i++)
			tally_add_malformed(
			    t, file, offset + batch.malformed[i]);
		block = span_of(block.data + used, block.len - used);
		offset += used;
	}
	return ERR_OK;
}

/* Adds all lines that come in blocks; what is left is for lines_next. */
static enum err
add_blocks(struct tally *t, struct scan *scan, uint32_t file,
    struct lines *lines, struct problem *why)
{
	struct span block;
	uint64_t offset;
	enum err e;

	do {
		e = lines_next_block(lines, &block, &offset, why);
		if (e == ERR_OK && block.len)
			e = add_block(t, scan, file, block, offset);
	} while (e == ERR_OK && block.len);
	return e;
}

enum err
chunk_tally(const struct source *s, const struct chunk *c, struct tally *t,
    struct tally *tail, _Atomic uint64_t *done, const _Atomic int *stop,
    struct problem *why)
{
	bool may_grow = c->file == s->files_len - 1 &&
			source_file_is_plain(&s->files[c->file]);
	struct lines lines;
	struct scan scan;
	struct line line;
	enum err e;

	assert(c->file < s->files_len);
	e = lines_open(
	    &lines, &s->files[c->file], c->from, c->to, done, stop, why);
	if (e != ERR_OK)
		return e;
	scan_init(&scan);
	do {
		bool is_tail;

		e = add_blocks(t, &scan, c->file, &lines, why);
		if (e == ERR_OK)
			e = lines_next(&lines, &line, why);
		if (e != ERR_OK || line.bytes == 0)
			break;
		is_tail = tail && may_grow && line.is_unterminated;
		e = add_line(is_tail ? tail : t, c->file, &line);
	} while (e == ERR_OK);
	lines_close(&lines);
	return e == ERR_OK ? tally_end_visits(t) : e;
}
