#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_UNPACK_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_UNPACK_H

#include "common/base/err.h"
#include "common/shoplog/source/source.h"

#include <stddef.h>
#include <stdint.h>

/* The text of a compressed file, from its first byte to its last: gzip or zstd,
 * several members one behind the other too, and zeros behind the last one of gzip,
 * as gzip and zstd themselves have it. Memory does not depend on what it
 * comes to: 64 KiB of input and the window of the format, 128 MiB at most. */
struct unpack;

/* file  borrowed until unpack_close; its format is not SOURCE_PLAIN
 * fd    of source_file_open; borrowed
 * Returns NULL when memory is out. */
struct unpack *unpack_new(const struct source_file *file, int fd);

/* The next bytes: less than `len` only at the end of the text.
 *
 * got  bytes of text
 * Returns ERR_OK; ERR_LOG_UNREADABLE, naming the file and why: cut off, damaged. */
enum err unpack_read(
    struct unpack *u, void *out, size_t len, size_t *got, struct problem *why);

/* Bytes of the file that have been used up so far. */
uint64_t unpack_position(const struct unpack *u);

/* NULL is allowed. */
void unpack_free(struct unpack *u);

#endif
