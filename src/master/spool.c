/* A pipe, copied into a file that goes away with the process. */
#include "master/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_SIZE = 256 * 1024, TEMPLATE_SIZE = 4096 };

/* What TMPDIR says; NULL: nothing. */
static const char *
tmpdir(void)
{
	const char *value = getenv("TMPDIR");

	return value && *value ? value : NULL;
}

/* A long value is cut, so that the remedy fits behind it. */
static enum err
refuse_folder(int error, struct problem *why)
{
	static const char accepted[] =
	    "accepted is a directory that takes files, with room for all of "
	    "standard input";
	const char *value = tmpdir();

	if (!value)
		return problem_set(why, ERR_INVALID, "/tmp: %s: set TMPDIR: %s",
		    strerror(error), accepted);
	return problem_set(why, ERR_INVALID, "TMPDIR=\"%.255s\": %s: %s", value,
	    strerror(error), accepted);
}

static enum err
create(struct spool *s, struct problem *why)
{
	const char *folder = tmpdir();
	char name[TEMPLATE_SIZE];

	s->fd = -1;
	if (snprintf(name, sizeof(name), "%s/trawl.XXXXXX",
		folder ? folder : "/tmp") >= TEMPLATE_SIZE)
		return refuse_folder(ENAMETOOLONG, why);
	s->fd = mkstemp(name);
	if (s->fd < 0)
		return refuse_folder(errno, why);
	unlink(name);
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", s->fd);
	return ERR_OK;
}

static int
write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static enum err
copy(struct spool *s, int from, char *block, struct progress *progress,
    struct problem *why)
{
	uint64_t done = 0;

	for (;;) {
		ssize_t n = read(from, block, BLOCK_SIZE);

		if (n == 0)
			return ERR_OK;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return problem_set(why, ERR_LOG_UNREADABLE,
			    "standard input: cannot be read: %s",
			    strerror(errno));
		if (write_all(s->fd, block, (size_t)n) != 0)
			return refuse_folder(errno, why);
		done += (uint64_t)n;
		progress_show(progress, done);
	}
}

enum err
spool_open(
    struct spool *s, int from, struct progress *progress, struct problem *why)
{
	char *block = malloc(BLOCK_SIZE);
	enum err e = block ? create(s, why) : ERR_NO_MEMORY;

	if (e == ERR_OK) {
		e = copy(s, from, block, progress, why);
		progress_end(progress);
		if (e != ERR_OK)
			spool_close(s);
	}
	free(block);
	return e;
}

void
spool_close(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
