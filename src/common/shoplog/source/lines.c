/* Lines out of a file by pread(2) into one buffer. A line that does not fit the
 * most a line may have is known to be malformed before it has been read: the
 * rest of it is run over, not kept, so a line of a gigabyte costs no more memory
 * than any other. */
#include "common/shoplog/source/lines.h"

#include "common/base/turn.h"
#include "common/shoplog/scan/scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BUFFER_SIZE = 128 * 1024,
	/* Behind `to` lies the rest of one line: usually short. */
	BEHIND_STEP = 4096,
};

static_assert(BUFFER_SIZE > LINE_MAX_BYTES + 2,
    "a line that may be well-formed fits the buffer with its end");

static size_t
unread(const struct lines *l)
{
	return l->filled - l->at;
}

/* The offset in the file behind what has been read. */
static uint64_t
position(const struct lines *l)
{
	return l->offset + unread(l);
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void
skip(struct lines *l, size_t bytes)
{
	l->at += bytes;
	l->offset += bytes;
}

/* Adds what of file bytes [from, to) is the chunk's own. */
static void
report_progress(struct lines *l, uint64_t from, uint64_t to)
{
	if (from < l->from)
		from = l->from;
	to = smaller(to, l->to);
	if (l->done && from < to)
		atomic_fetch_add_explicit(
		    l->done, to - from, memory_order_relaxed);
}

/* Adds `len` bytes of text to what is unread, fewer at the end of a compressed
 * file, where the size of the text becomes known. */
static enum err
read_text(struct lines *l, size_t len, struct problem *why)
{
	char *to = l->buffer + l->filled;
	uint64_t from = position(l), used;
	enum err e;

	if (!l->unpack) {
		e = source_file_read(l->file, l->fd, to, len, from, why);
		if (e != ERR_OK)
			return e;
		l->filled += len;
		report_progress(l, from, from + len);
		return ERR_OK;
	}
	used = unpack_position(l->unpack);
	e = unpack_read(l->unpack, to, len, &len, why);
	if (e != ERR_OK)
		return e;
	l->filled += len;
	if (l->filled < BUFFER_SIZE)
		l->size = l->to = position(l);
	used = unpack_position(l->unpack) - used;
	if (l->done)
		atomic_fetch_add_explicit(l->done, used, memory_order_relaxed);
	return ERR_OK;
}

/* Reads on, up to offset `limit` and to what the buffer holds. */
static enum err
fill(struct lines *l, uint64_t limit, struct problem *why)
{
	uint64_t from = position(l);
	size_t kept = unread(l);

	if (l->stop && atomic_load_explicit(l->stop, memory_order_relaxed))
		return ERR_STALE;
	turn_end();
	memmove(l->buffer, l->buffer + l->at, kept);
	l->at = 0;
	l->filled = kept;
	limit = smaller(limit, l->size);
	return read_text(
	    l, (size_t)smaller(limit - from, BUFFER_SIZE - kept), why);
}

/* Leaves the line that begins before `from`, at most until `to`. */
static enum err
leave_line_before(struct lines *l, struct problem *why)
{
	l->offset = l->from - 1;
	while (l->offset < l->to) {
		enum err e = fill(l, l->to, why);
		const char *newline;

		if (e != ERR_OK)
			return e;
		newline = memchr(l->buffer, '\n', l->filled);
		if (newline) {
			skip(l, (size_t)(newline - l->buffer) + 1);
			break;
		}
		skip(l, l->filled);
	}
	return ERR_OK;
}

enum err
lines_open(struct lines *l, const struct source_file *f, uint64_t from,
    uint64_t to, _Atomic uint64_t *done, const _Atomic int *stop,
    struct problem *why)
{
	enum err e;

	assert(from < to && to <= f->id.size);
	*l = (struct lines){ .file = f,
		.size = f->id.size,
		.from = from,
		.to = to,
		.done = done,
		.stop = stop };
	e = source_file_open(f, &l->fd, why);
	if (e != ERR_OK)
		return e;
	if (!source_file_is_plain(f)) {
		assert(from == 0 && to == f->id.size);
		l->unpack = unpack_new(f, l->fd);
		l->size = l->to = UINT64_MAX;
	}
	l->buffer = calloc(1, BUFFER_SIZE + SCAN_PADDING);
	if (!l->buffer || (!l->unpack && !source_file_is_plain(f)))
		e = ERR_NO_MEMORY;
	else if (from > 0)
		e = leave_line_before(l, why);
	if (e != ERR_OK)
		lines_close(l);
	return e;
}

/* The line is the first `len` bytes that are unread, its "\n" behind them. */
static void
give(struct lines *l, struct line *out, size_t len)
{
	const char *text = l->buffer + l->at;

	out->offset = l->offset;
	out->bytes = len + (out->is_unterminated ? 0 : 1);
	if (len && text[len - 1] == '\r')
		len--;
	out->is_too_long = len > LINE_MAX_BYTES;
	out->text = span_of(text, out->is_too_long ? 0 : len);
	skip(l, (size_t)out->bytes);
}

/* Runs over a line of which the buffer holds a part without its end. */
static enum err
give_too_long(struct lines *l, struct line *out, struct problem *why)
{
	const char *newline = NULL;

	out->offset = l->offset;
	out->is_too_long = true;
	out->text = span_of(l->buffer, 0);
	while (!newline) {
		enum err e;

		skip(l, unread(l));
		if (l->offset == l->size) {
			out->is_unterminated = true;
			break;
		}
		e = fill(l, UINT64_MAX, why);
		if (e != ERR_OK)
			return e;
		newline = memchr(l->buffer, '\n', l->filled);
		if (newline)
			skip(l, (size_t)(newline - l->buffer) + 1);
	}
	out->bytes = l->offset - out->offset;
	return ERR_OK;
}

enum err
lines_next(struct lines *l, struct line *out, struct problem *why)
{
	size_t searched = 0;

	memset(out, 0, sizeof(*out));
	while (l->offset < l->to) {
		const char *start = l->buffer + l->at;
		size_t len = unread(l);
		const char *newline =
		    memchr(start + searched, '\n', len - searched);
		enum err e;

		if (newline) {
			give(l, out, (size_t)(newline - start));
			return ERR_OK;
		}
		if (position(l) == l->size) {
			out->is_unterminated = true;
			give(l, out, len);
			return ERR_OK;
		}
		if (len > LINE_MAX_BYTES + 1)
			return give_too_long(l, out, why);
		searched = len;
		e = fill(l,
		    position(l) < l->to ? l->to : position(l) + BEHIND_STEP,
		    why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
lines_next_block(
    struct lines *l, struct span *out, uint64_t *offset, struct problem *why)
{
	const char *newline = NULL;

	*out = span_of(NULL, 0);
	/* Behind `to` only the rest of one line is ours. */
	while (position(l) <= l->to) {
		size_t len = unread(l);
		enum err e;

		if (len)
			newline = memrchr(l->buffer + l->at, '\n', len);
		if (newline) {
			*out = span_of(l->buffer + l->at,
			    (size_t)(newline - l->buffer) + 1 - l->at);
			*offset = l->offset;
			skip(l, out->len);
			break;
		}
		if (position(l) == l->to || len > LINE_MAX_BYTES + 1)
			break;
		e = fill(l, l->to, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

void
lines_close(struct lines *l)
{
	unpack_free(l->unpack);
	free(l->buffer);
	close(l->fd);
}
