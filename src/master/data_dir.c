/* The directory in which a trawl keeps its own things. Everything in it is
 * opened relative to one descriptor. */
#include "master/data_dir.h"
#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char lock_name[] = "trawl.pid";

static enum err
refuse(const struct data_dir *d, const char *name, struct problem *why)
{
	return problem_set(why, ERR_INVALID, "data_dir=\"%s\"%s%s: %s", d->path,
	    *name ? ": " : "", name, strerror(errno));
}

/* A directory that was there already is closed to others, if it is ours to
 * close: nobody means /tmp to become private. */
static enum err
make_private(const struct data_dir *d, struct problem *why)
{
	struct stat st;

	if (fstat(d->fd, &st) != 0)
		return refuse(d, "", why);
	if (st.st_uid != geteuid() || (st.st_mode & S_ISVTX))
		return problem_set(why, ERR_INVALID,
		    "data_dir=\"%s\" is another's directory: accepted is one "
		    "that is trawl's alone",
		    d->path);
	if ((st.st_mode & 077) == 0)
		return ERR_OK;
	if (fchmod(d->fd, 0700) != 0)
		return refuse(d, "", why);
	log_info("%s had mode %o, it has 700 now", d->path,
	    (unsigned)st.st_mode & 07777);
	return ERR_OK;
}

/* The master that holds the lock wrote its pid behind it. */
static enum err
refuse_second(const struct data_dir *d, struct problem *why)
{
	char pid[32] = "";

	(void)data_dir_read(d, lock_name, pid, sizeof(pid), NULL);
	pid[strcspn(pid, "\n")] = '\0';
	return problem_set(why, ERR_INVALID,
	    "data_dir=\"%s\" is held by another trawl (process %s): end that "
	    "one, or choose another data_dir",
	    d->path, *pid ? pid : "unknown");
}

static enum err
hold(struct data_dir *d, struct problem *why)
{
	enum err e = data_dir_lock(d, lock_name, &d->lock_fd, why);

	if (e != ERR_OK)
		return e;
	if (d->lock_fd < 0)
		return refuse_second(d, why);
	if (ftruncate(d->lock_fd, 0) != 0 ||
	    dprintf(d->lock_fd, "%ld\n", (long)getpid()) < 0)
		return refuse(d, lock_name, why);
	return ERR_OK;
}

enum err
data_dir_open(struct data_dir *d, const char *path, struct problem *why)
{
	enum err e;

	*d = (struct data_dir){ .path = path, .fd = -1, .lock_fd = -1 };
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return refuse(d, "", why);
	d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0)
		return refuse(d, "", why);
	e = make_private(d, why);
	if (e == ERR_OK)
		e = hold(d, why);
	if (e != ERR_OK)
		data_dir_close(d);
	return e;
}

void
data_dir_close(struct data_dir *d)
{
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	if (d->fd >= 0)
		close(d->fd);
	d->fd = d->lock_fd = -1;
}

enum err
data_dir_read(const struct data_dir *d, const char *name, char *out,
    size_t size, struct problem *why)
{
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0 && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (fd < 0)
		return refuse(d, name, why);
	len = read(fd, out, size);
	close(fd);
	if (len < 0)
		return refuse(d, name, why);
	if ((size_t)len == size)
		return problem_set(
		    why, ERR_INVALID, "%s/%s is too long", d->path, name);
	out[len] = '\0';
	return ERR_OK;
}

enum err
data_dir_write(const struct data_dir *d, const char *name, const char *text,
    struct problem *why)
{
	char fresh[64];
	size_t len = strlen(text);
	bool is_written;
	int fd;

	/* We hold the directory: what is left of this name is a dead one's. */
	snprintf(fresh, sizeof(fresh), "%s.new", name);
	fd = openat(
	    d->fd, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return refuse(d, fresh, why);
	is_written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (!is_written) {
		enum err e = refuse(d, fresh, why);

		close(fd);
		return e;
	}
	close(fd);
	if (renameat(d->fd, fresh, d->fd, name) != 0 || fsync(d->fd) != 0)
		return refuse(d, name, why);
	return ERR_OK;
}

enum err
data_dir_lock(
    const struct data_dir *d, const char *name, int *fd, struct problem *why)
{
	*fd = openat(d->fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return refuse(d, name, why);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	if (errno != EWOULDBLOCK) {
		enum err e = refuse(d, name, why);

		close(*fd);
		*fd = -1;
		return e;
	}
	close(*fd);
	*fd = -1;
	return ERR_OK;
}
