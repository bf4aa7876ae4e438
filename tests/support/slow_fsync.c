/* A disk that is slow: every fsync(2) and fdatasync(2) of the process takes
 * SLOW_FSYNC_MS longer. Loaded into redis-server by LD_PRELOAD. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
dawdle(void)
{
	const char *text = getenv("SLOW_FSYNC_MS");
	long ms = text ? atol(text) : 0;

	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

int
fsync(int fd)
{
	dawdle();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	dawdle();
	return (int)syscall(SYS_fdatasync, fd);
}
