#ifndef TRAWL_COMMON_SHOPLOG_TABLE_BYTES_H
#define TRAWL_COMMON_SHOPLOG_TABLE_BYTES_H

#include "common/base/buffer.h"
#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writing and reading what lies in Redis as binary: little-endian fixed
 * numbers and varints (7 bits a byte, lowest first, the last byte without its
 * top bit). Both remember a failure, so that a long sequence of calls is
 * checked once, at its end. */

struct writer {
	struct buffer bytes;
	bool has_failed; /* memory was out: nothing more is written */
};

void writer_u8(struct writer *w, uint8_t value);
void writer_u32(struct writer *w, uint32_t value);
void writer_u64(struct writer *w, uint64_t value);
void writer_varint(struct writer *w, uint64_t value);
void writer_bytes(struct writer *w, const void *data, size_t len);
void writer_decimal(struct writer *w, uint64_t value); /* as text */

/* Puts `value` at `offset`, where a writer_u64 has been. */
void writer_set_u64(struct writer *w, size_t offset, uint64_t value);

/* Gives the bytes: the caller frees *data with free(3). ERR_NO_MEMORY when a
 * call failed on the way; the writer is empty afterwards in any case. */
enum err writer_give(struct writer *w, uint8_t **data, size_t *len);
void writer_cleanup(struct writer *w);

struct reader {
	const uint8_t *at, *end; /* borrowed from the span it was made of */
	bool
	    has_failed; /* something was missing: every number is 0 from here */
};

struct reader reader_of(struct span bytes);

uint8_t reader_u8(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
uint64_t reader_varint(struct reader *r);

/* The next `len` bytes, borrowed; the empty span when there are fewer. */
struct span reader_bytes(struct reader *r, uint64_t len);

/* The number of rows that follow, each of `row_size` bytes at least: refused
 * when the bytes that are left cannot hold them, so that nobody makes room for
 * what a forged number promises. */
size_t reader_rows(struct reader *r, uint64_t rows, size_t row_size);

/* Everything was there, and nothing is left. */
bool reader_is_done(const struct reader *r);

/* Numbers in bytes of any alignment. */
uint32_t le32(const void *at);
uint64_t le64(const void *at);

/* a + b, the greatest number where that does not fit. */
static inline uint64_t
add_saturating(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

#endif
