/* A file of a log, opened and read with the suspicion that it is not what it was.
 * A name is opened before it is looked at (fstat, not stat), without blocking, so
 * that neither a FIFO nor a file that is swapped in between can surprise us. */
#include "common/shoplog/source/source_file.h"

#include <sodium.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* For a write(2) that is under way. */
enum { WRITE_LOOKS = 10, WRITE_PAUSE_MS = 1 };

/* Why open(2) failed, with the remedy. What no other setting or permission mends is
 * no missing log: the disk, the network, this process. */
static enum err
cannot_open(const char *path, int error, struct problem *why)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return problem_set(why, ERR_NO_LOG,
		    "%s: there is no such file; put the log there or name "
		    "another one",
		    path);
	case EACCES:
	case EPERM:
		return problem_set(why, ERR_NO_LOG,
		    "%s: not readable by user %d; change its permissions", path,
		    (int)geteuid());
	case ENXIO:
		return problem_set(why, ERR_NO_LOG,
		    "%s: is a socket; name a regular file", path);
	case EMFILE:
	case ENFILE:
		return problem_set(why, ERR_NO_FILES,
		    "%s: too many files are open; raise the limit (ulimit -n)",
		    path);
	case ELOOP:
	case ENAMETOOLONG:
		return problem_set(why, ERR_NO_LOG, "%s: cannot be opened: %s",
		    path, strerror(error));
	default:
		return problem_set(why, ERR_LOG_UNREADABLE,
		    "%s: cannot be opened: %s", path, strerror(error));
	}
}

static enum err
not_regular(const char *path, mode_t mode, struct problem *why)
{
	const char *what = S_ISDIR(mode)    ? "a directory"
			   : S_ISFIFO(mode) ? "a FIFO"
					    : "a device";

	return problem_set(
	    why, ERR_NO_LOG, "%s: is %s; name a regular file", path, what);
}

static enum err
open_regular(const char *path, int *out, struct stat *st, struct problem *why)
{
	enum err e = ERR_OK;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return cannot_open(path, errno, why);
	if (fstat(fd, st) != 0)
		e = cannot_open(path, errno, why);
	else if (!S_ISREG(st->st_mode))
		e = not_regular(path, st->st_mode, why);
	if (e != ERR_OK) {
		close(fd);
		return e;
	}
	*out = fd;
	return ERR_OK;
}

enum err
source_file_read(const struct source_file *f, int fd, void *out, size_t len,
    uint64_t offset, struct problem *why)
{
	char *to = out;

	while (len) {
		ssize_t n = pread(fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return problem_set(why, ERR_LOG_UNREADABLE,
			    "%s: cannot be read: %s", f->path, strerror(errno));
		if (n == 0)
			return problem_set(why, ERR_LOG_CHANGED,
			    "%s: shrank while it was read; parse again",
			    f->path);
		to += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return ERR_OK;
}

/* The digest of [from, to), 4 KiB at most. */
static enum err
digest(const struct source_file *f, int fd, uint64_t from, uint64_t to,
    uint8_t out[SOURCE_DIGEST_SIZE], struct problem *why)
{
	uint8_t bytes[SOURCE_PROBE_SIZE];
	size_t len = (size_t)(to - from);
	enum err e = source_file_read(f, fd, bytes, len, from, why);

	if (e == ERR_OK)
		crypto_generichash(
		    out, SOURCE_DIGEST_SIZE, bytes, len, NULL, 0);
	return e;
}

/* Of the part that it had when it was identified. */
static enum err
digest_ends(const struct source_file *f, int fd,
    uint8_t head[SOURCE_DIGEST_SIZE], uint8_t end[SOURCE_DIGEST_SIZE],
    struct problem *why)
{
	uint64_t size = f->id.size;
	uint64_t len = size < SOURCE_PROBE_SIZE ? size : SOURCE_PROBE_SIZE;
	enum err e = digest(f, fd, 0, len, head, why);

	if (e == ERR_OK)
		e = digest(f, fd, size - len, size, end, why);
	return e;
}

static int64_t
mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static enum err
read_format(struct source_file *f, int fd, struct problem *why)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b },
			     zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	/* Of a frame to be skipped, which pzstd begins with; 16 of them. */
	static const uint8_t skipped[] = { 0x50, 0x2a, 0x4d, 0x18 };
	uint8_t bytes[sizeof(zstd)] = { 0 };
	size_t len =
	    f->id.size < sizeof(bytes) ? (size_t)f->id.size : sizeof(bytes);
	enum err e = source_file_read(f, fd, bytes, len, 0, why);

	f->id.format = SOURCE_PLAIN;
	if (!memcmp(bytes, gzip, sizeof(gzip)))
		f->id.format = SOURCE_GZIP;
	else if (!memcmp(bytes, zstd, sizeof(zstd)) ||
		 ((bytes[0] & 0xf0) == skipped[0] &&
		     !memcmp(bytes + 1, skipped + 1, sizeof(skipped) - 1)))
		f->id.format = SOURCE_ZSTD;
	return e;
}

enum err
source_file_identify(struct source_file *f, struct problem *why)
{
	struct stat st;
	enum err e;
	int fd = -1;

	e = open_regular(f->path, &fd, &st, why);
	if (e != ERR_OK)
		return e;
	f->id.device = st.st_dev;
	f->id.inode = st.st_ino;
	f->id.mtime_ns = mtime_ns(&st);
	f->id.size = (uint64_t)st.st_size;
	e = digest_ends(f, fd, f->id.head, f->id.end, why);
	if (e == ERR_OK)
		e = read_format(f, fd, why);
	close(fd);
	return e;
}

static bool
is_same_inode(const struct source_identity *id, const struct stat *st)
{
	return id->device == st->st_dev && id->inode == st->st_ino;
}

/* Whether it was written to and is as long as it was: who writes it anew is not at
 * its end yet. A line that is being appended has set the time already, and not yet
 * the size. */
static bool
is_written_over(const struct source_file *f, int fd)
{
	const struct timespec pause = { .tv_nsec = WRITE_PAUSE_MS * 1000000L };
	struct stat st;

	for (int i = 0; i < WRITE_LOOKS; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		if (fstat(fd, &st) != 0 || (uint64_t)st.st_size != f->id.size ||
		    mtime_ns(&st) == f->id.mtime_ns)
			return false;
	}
	return true;
}

/* Whether it is the file that it was. The time is looked at last: a log that is
 * being written anew has another one before any other byte, and another end when
 * it is longer than it was. */
static enum err
check(const struct source_file *f, int fd, struct problem *why)
{
	uint8_t head[SOURCE_DIGEST_SIZE], end[SOURCE_DIGEST_SIZE];
	bool is_here = f->id.device != 0 || f->id.inode != 0;
	struct stat st;
	enum err e;

	if (fstat(fd, &st) != 0)
		return cannot_open(f->path, errno, why);
	if ((uint64_t)st.st_size < f->id.size)
		return problem_set(why, ERR_LOG_CHANGED,
		    "%s: shrank from %llu to %lld bytes; parse again", f->path,
		    (unsigned long long)f->id.size, (long long)st.st_size);
	e = digest_ends(f, fd, head, end, why);
	if (e != ERR_OK)
		return e;
	if ((is_here && !is_same_inode(&f->id, &st)) ||
	    memcmp(head, f->id.head, sizeof(head)) != 0 ||
	    memcmp(end, f->id.end, sizeof(end)) != 0)
		return problem_set(why, ERR_LOG_CHANGED,
		    "%s: is another file than when the parse began; parse "
		    "again",
		    f->path);
	if (is_here && is_written_over(f, fd))
		return problem_set(why, ERR_LOG_CHANGED,
		    "%s: was written to and has not grown since the parse "
		    "began; parse again",
		    f->path);
	return ERR_OK;
}

enum err
source_file_open(const struct source_file *f, int *out, struct problem *why)
{
	struct stat st;
	enum err e;
	int fd = -1;

	e = open_regular(f->path, &fd, &st, why);
	if (e == ERR_NO_LOG)
		return problem_set(why, ERR_LOG_CHANGED,
		    "%s: is no file to be read any more; parse again", f->path);
	if (e != ERR_OK)
		return e;
	e = check(f, fd, why);
	if (e != ERR_OK) {
		close(fd);
		return e;
	}
	*out = fd;
	return ERR_OK;
}

enum err
source_file_digest_before(const struct source_file *f, uint64_t offset,
    uint8_t out[SOURCE_DIGEST_SIZE], struct problem *why)
{
	uint64_t from =
	    offset < SOURCE_PROBE_SIZE ? 0 : offset - SOURCE_PROBE_SIZE;
	enum err e;
	int fd;

	e = source_file_open(f, &fd, why);
	if (e != ERR_OK)
		return e;
	e = digest(f, fd, from, offset, out, why);
	if (e == ERR_OK)
		e = check(f, fd, why);
	close(fd);
	return e;
}

void
source_digest_text(
    char out[SOURCE_DIGEST_TEXT], const uint8_t digest[SOURCE_DIGEST_SIZE])
{
	sodium_bin2hex(out, SOURCE_DIGEST_TEXT, digest, SOURCE_DIGEST_SIZE);
}
