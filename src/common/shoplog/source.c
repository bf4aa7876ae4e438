/* The files of a log: resolving a setting into them once, opening and reading
 * them ever after with the suspicion that they are not what they were. A name
 * is opened before it is looked at (fstat, not stat), without blocking, so that
 * neither a FIFO nor a file that is swapped in between can surprise us. */
#include "common/shoplog/source.h"

#include <sodium.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Why open(2) failed, with the remedy: the log's fault, but for ERR_NO_FILES. */
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
	default:
		return problem_set(why, ERR_NO_LOG, "%s: cannot be opened: %s",
		    path, strerror(error));
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
			return problem_set(why, ERR_NO_LOG,
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

static enum err
digest_head(const struct source_file *f, int fd,
    uint8_t out[SOURCE_DIGEST_SIZE], struct problem *why)
{
	uint64_t size = f->id.size;

	return digest(f, fd, 0,
	    size < SOURCE_PROBE_SIZE ? size : SOURCE_PROBE_SIZE, out, why);
}

static enum err
read_format(struct source_file *f, int fd, struct problem *why)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b },
			     zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	uint8_t bytes[sizeof(zstd)] = { 0 };
	size_t len =
	    f->id.size < sizeof(bytes) ? (size_t)f->id.size : sizeof(bytes);
	enum err e = source_file_read(f, fd, bytes, len, 0, why);

	f->id.format = SOURCE_PLAIN;
	if (!memcmp(bytes, gzip, sizeof(gzip)))
		f->id.format = SOURCE_GZIP;
	else if (!memcmp(bytes, zstd, sizeof(zstd)))
		f->id.format = SOURCE_ZSTD;
	return e;
}

/* Fills f->id from the file that f->path names now. */
static enum err
identify(struct source_file *f, struct problem *why)
{
	struct stat st;
	enum err e;
	int fd = -1;

	e = open_regular(f->path, &fd, &st, why);
	if (e != ERR_OK)
		return e;
	f->id.device = st.st_dev;
	f->id.inode = st.st_ino;
	f->id.mtime_ns =
	    (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	f->id.size = (uint64_t)st.st_size;
	e = digest_head(f, fd, f->id.head, why);
	if (e == ERR_OK)
		e = read_format(f, fd, why);
	close(fd);
	return e;
}

/* path  copied */
static enum err
add_file(struct source *s, const char *path, struct problem *why)
{
	struct source_file *f, *grown;
	enum err e;

	if (s->files_len == SOURCE_FILES_MAX)
		return problem_set(why, ERR_NO_LOG,
		    "%s: is file %d of one log, and %d is the most", path,
		    SOURCE_FILES_MAX + 1, SOURCE_FILES_MAX);
	grown = reallocarray(s->files, s->files_len + 1, sizeof(*grown));
	if (!grown)
		return ERR_NO_MEMORY;
	s->files = grown;
	f = &grown[s->files_len];
	memset(f, 0, sizeof(*f));
	f->path = strdup(path);
	if (!f->path)
		return ERR_NO_MEMORY;
	e = identify(f, why);
	if (e != ERR_OK) {
		free(f->path);
		return e;
	}
	s->files_len++;
	return ERR_OK;
}

static int
by_time_then_name(const void *left, const void *right)
{
	const struct source_file *a = left, *b = right;

	if (a->id.mtime_ns != b->id.mtime_ns)
		return a->id.mtime_ns < b->id.mtime_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

static enum err
add_matches(struct source *s, const char *pattern, struct problem *why)
{
	size_t first = s->files_len;
	enum err e = ERR_OK;
	glob_t found = { 0 };

	switch (glob(pattern, GLOB_ERR | GLOB_NOSORT, NULL, &found)) {
	case 0:
		break;
	case GLOB_NOMATCH:
		e = problem_set(why, ERR_NO_LOG,
		    "%s: matches no file; put the log there or name another "
		    "one",
		    pattern);
		break;
	case GLOB_NOSPACE:
		e = ERR_NO_MEMORY;
		break;
	default:
		e = problem_set(why, ERR_NO_LOG,
		    "%s: a directory on the way cannot be read: %s", pattern,
		    strerror(errno));
		break;
	}
	for (size_t i = 0; e == ERR_OK && i < found.gl_pathc; i++)
		e = add_file(s, found.gl_pathv[i], why);
	globfree(&found);
	if (e == ERR_OK)
		qsort(s->files + first, s->files_len - first, sizeof(*s->files),
		    by_time_then_name);
	return e;
}

/* A name with glob characters that names a file is that file. */
static bool
is_glob(const char *name)
{
	struct stat st;

	return strpbrk(name, "*?[") && stat(name, &st) != 0;
}

static bool
is_known(const struct source *s, size_t before, const struct source_file *f)
{
	for (size_t i = 0; i < before; i++)
		if (s->files[i].id.device == f->id.device &&
		    s->files[i].id.inode == f->id.inode)
			return true;
	return false;
}

static void
drop_repeated(struct source *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->files_len; i++) {
		if (is_known(s, kept, &s->files[i]))
			free(s->files[i].path);
		else
			s->files[kept++] = s->files[i];
	}
	s->files_len = kept;
}

static char *
trim(char *name)
{
	size_t len;

	name += strspn(name, " \t");
	for (len = strlen(name); len && strchr(" \t", name[len - 1]);)
		name[--len] = '\0';
	return name;
}

static enum err
add_list(struct source *s, const char *names, struct problem *why)
{
	enum err e = ERR_OK;
	char *copy = strdup(names), *rest = copy;

	if (!copy)
		return ERR_NO_MEMORY;
	while (e == ERR_OK && rest) {
		char *name = trim(strsep(&rest, ","));

		if (*name == '\0')
			e = problem_set(why, ERR_NO_LOG,
			    "\"%s\": a name is empty; name files with commas "
			    "between, or a glob",
			    names);
		else if (is_glob(name))
			e = add_matches(s, name, why);
		else
			e = add_file(s, name, why);
	}
	free(copy);
	return e;
}

enum err
source_of_lists(struct source *out, const char *const *lists, size_t len,
    struct problem *why)
{
	enum err e = ERR_OK;
	struct stat st;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; e == ERR_OK && i < len; i++)
		e = stat(lists[i], &st) == 0 ? add_file(out, lists[i], why)
					     : add_list(out, lists[i], why);
	if (e != ERR_OK) {
		source_cleanup(out);
		return e;
	}
	drop_repeated(out);
	for (size_t i = 0; i < out->files_len; i++)
		out->bytes += out->files[i].id.size;
	return ERR_OK;
}

enum err
source_resolve(struct source *out, const char *names, struct problem *why)
{
	return source_of_lists(out, &names, 1, why);
}

void
source_cleanup(struct source *s)
{
	for (size_t i = 0; i < s->files_len; i++)
		free(s->files[i].path);
	free(s->files);
	memset(s, 0, sizeof(*s));
}

static bool
is_same_inode(const struct source_identity *id, const struct stat *st)
{
	if (id->device == 0 && id->inode == 0)
		return true;
	return id->device == st->st_dev && id->inode == st->st_ino;
}

enum err
source_file_open(const struct source_file *f, int *out, struct problem *why)
{
	uint8_t head[SOURCE_DIGEST_SIZE];
	struct stat st;
	enum err e;
	int fd = -1;

	e = open_regular(f->path, &fd, &st, why);
	if (e != ERR_OK)
		return e;
	if ((uint64_t)st.st_size < f->id.size)
		e = problem_set(why, ERR_LOG_CHANGED,
		    "%s: shrank from %llu to %lld bytes; parse again", f->path,
		    (unsigned long long)f->id.size, (long long)st.st_size);
	if (e == ERR_OK)
		e = digest_head(f, fd, head, why);
	if (e == ERR_OK && (!is_same_inode(&f->id, &st) ||
			       memcmp(head, f->id.head, sizeof(head)) != 0))
		e = problem_set(why, ERR_LOG_CHANGED,
		    "%s: is another file than when the parse began; parse "
		    "again",
		    f->path);
	if (e != ERR_OK) {
		close(fd);
		return e;
	}
	*out = fd;
	return ERR_OK;
}

enum err
source_digest_before(const struct source_file *f, uint64_t offset,
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
	close(fd);
	return e;
}
