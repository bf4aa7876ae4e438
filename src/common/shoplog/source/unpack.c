/* Decompression by zlib and libzstd, behind one pair of calls: fill the input
 * from the file, let the format turn it into text. */
#include "common/shoplog/source/unpack.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
	INPUT_SIZE = 64 * 1024,
	GZIP_ONLY = 16 + MAX_WBITS, /* inflateInit2: with a gzip header */
	WINDOW_LOG_MAX = 27,
};

struct unpack {
	const struct source_file *file; /* borrowed */
	int fd;                         /* borrowed */
	uint64_t read;                  /* bytes of the file */
	bool is_inside;                 /* a member, whose end has not come */
	z_stream gzip;                  /* of SOURCE_GZIP */
	ZSTD_DCtx *zstd;                /* of SOURCE_ZSTD; owner */
	const uint8_t *at;              /* input that is not used yet */
	size_t left;
	uint8_t input[INPUT_SIZE];
};

struct unpack *
unpack_new(const struct source_file *file, int fd)
{
	struct unpack *u = calloc(1, sizeof(*u));
	bool ok;

	if (!u)
		return NULL;
	u->file = file;
	u->fd = fd;
	if (file->id.format == SOURCE_GZIP) {
		ok = inflateInit2(&u->gzip, GZIP_ONLY) == Z_OK;
	} else {
		u->zstd = ZSTD_createDCtx();
		ok = u->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd,
				    ZSTD_d_windowLogMax, WINDOW_LOG_MAX));
	}
	if (ok)
		return u;
	unpack_free(u);
	return NULL;
}

void
unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->file->id.format == SOURCE_GZIP)
		inflateEnd(&u->gzip);
	ZSTD_freeDCtx(u->zstd);
	free(u);
}

uint64_t
unpack_position(const struct unpack *u)
{
	return u->read - u->left;
}

static enum err
damaged(const struct unpack *u, const char *how, struct problem *why)
{
	return problem_set(why, ERR_LOG_UNREADABLE,
	    "%s: is damaged near byte %llu: %s; compress it again",
	    u->file->path, (unsigned long long)unpack_position(u), how);
}

/* Reads on when there is no input; u->left stays 0 at the end of the file. */
static enum err
fill(struct unpack *u, struct problem *why)
{
	uint64_t behind = u->file->id.size - u->read;
	size_t len = behind < INPUT_SIZE ? (size_t)behind : INPUT_SIZE;
	enum err e;

	if (u->left || len == 0)
		return ERR_OK;
	e = source_file_read(u->file, u->fd, u->input, len, u->read, why);
	if (e != ERR_OK)
		return e;
	u->read += len;
	u->at = u->input;
	u->left = len;
	return ERR_OK;
}

/* Both turn input into text, some of each; how many bytes of text. */
static enum err
inflate_some(struct unpack *u, uint8_t *out, size_t len, size_t *got,
    struct problem *why)
{
	z_stream *z = &u->gzip;
	int status;

	/* zlib only reads its input, whatever the type says. */
	z->next_in = (Bytef *)(uintptr_t)u->at;
	z->avail_in = (uInt)u->left;
	z->next_out = out;
	z->avail_out = (uInt)len;
	status = inflate(z, Z_NO_FLUSH);
	u->at += u->left - z->avail_in;
	u->left = z->avail_in;
	*got = len - z->avail_out;
	if (status == Z_MEM_ERROR)
		return ERR_NO_MEMORY;
	if (status != Z_OK && status != Z_STREAM_END)
		return damaged(u, z->msg ? z->msg : "no gzip data", why);
	u->is_inside = status != Z_STREAM_END;
	if (!u->is_inside)
		inflateReset(z);
	return ERR_OK;
}

static enum err
zstd_some(struct unpack *u, uint8_t *out, size_t len, size_t *got,
    struct problem *why)
{
	ZSTD_inBuffer in = { u->at, u->left, 0 };
	ZSTD_outBuffer to = { out, len, 0 };
	size_t status = ZSTD_decompressStream(u->zstd, &to, &in);

	u->at += in.pos;
	u->left -= in.pos;
	*got = to.pos;
	if (ZSTD_getErrorCode(status) ==
	    ZSTD_error_frameParameter_windowTooLarge)
		return problem_set(why, ERR_LOG_UNREADABLE,
		    "%s: takes a window of more than %d MB to read; compress "
		    "it again without --long",
		    u->file->path, 1 << (WINDOW_LOG_MAX - 20));
	if (ZSTD_isError(status))
		return damaged(u, ZSTD_getErrorName(status), why);
	u->is_inside = status != 0;
	return ERR_OK;
}

/* Zeros behind a member of gzip, which no member begins with, are what tapes and
 * block devices fill their last block up with. What follows them is lost by gzip,
 * which says so: here it is damage. */
static bool
is_padding(const struct unpack *u)
{
	return u->file->id.format == SOURCE_GZIP && !u->is_inside && u->left &&
	       *u->at == 0;
}

static enum err
skip_padding(struct unpack *u, struct problem *why)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && u->left && *u->at == 0) {
		u->at++;
		u->left--;
		e = fill(u, why);
	}
	if (e == ERR_OK && u->left)
		return damaged(u, "more than zeros behind its data", why);
	return e;
}

enum err
unpack_read(
    struct unpack *u, void *out, size_t len, size_t *got, struct problem *why)
{
	*got = 0;
	while (*got < len) {
		enum err e = fill(u, why);
		bool is_end;
		size_t some;

		if (e == ERR_OK && is_padding(u))
			e = skip_padding(u, why);
		if (e != ERR_OK)
			return e;
		is_end = u->left == 0;
		if (is_end && !u->is_inside)
			break;
		if (u->file->id.format == SOURCE_GZIP)
			e = inflate_some(
			    u, (uint8_t *)out + *got, len - *got, &some, why);
		else
			e = zstd_some(
			    u, (uint8_t *)out + *got, len - *got, &some, why);
		if (e != ERR_OK && !is_end)
			return e;
		if (is_end && (e != ERR_OK || some == 0))
			return problem_set(why, ERR_LOG_UNREADABLE,
			    "%s: is cut off: its compressed data ends at byte "
			    "%llu; compress it again",
			    u->file->path, (unsigned long long)u->read);
		*got += some;
	}
	return ERR_OK;
}
