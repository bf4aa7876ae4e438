/* The private Redis, as a process and as a socket that answers PING. Every path
 * in its configuration is relative to data_dir, where it runs: no path has to be
 * quoted, and its socket's path is short for it whatever data_dir is. */
#include "master/private_redis.h"
#include "common/base/turn.h"
#include "master/child.h"
#include "master/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum { PING_TIMEOUT_MS = 100 };

static const char conf_name[] = "redis.conf";

/* redis/redis.conf, built in: redis_conf.c, made by cmake/embed.cmake. */
extern const char redis_conf[];

enum err
private_redis_configure(const struct data_dir *dir, struct problem *why)
{
	return data_dir_write(dir, conf_name, redis_conf, why);
}

/* The child: standard error goes to Redis's log until Redis writes there. */
static _Noreturn void
run(const struct data_dir *dir, int lock_fd)
{
	int null_fd, log_fd;

	if (fchdir(dir->fd) != 0)
		_exit(1);
	null_fd = open("/dev/null", O_RDWR);
	log_fd = open("redis.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (null_fd < 0 || log_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(log_fd, STDOUT_FILENO) < 0 || dup2(log_fd, STDERR_FILENO) < 0)
		_exit(1);
	close(null_fd);
	close(log_fd);
	fcntl(lock_fd, F_SETFD, 0);
	/* While a log is parsed it works for milliseconds at a time, on a CPU on
	 * which a worker's loop is to go on. Its share stays the same. */
	turn_give_way(0);
	execlp("redis-server", "redis-server", conf_name, (char *)NULL);
	dprintf(STDERR_FILENO, "redis-server: %s\n", strerror(errno));
	_exit(PRIVATE_REDIS_NOT_RUN);
}

enum err
private_redis_start(const struct data_dir *dir, pid_t *pid, struct problem *why)
{
	int lock_fd;
	enum err e = data_dir_lock(dir, "redis.lock", &lock_fd, why);

	*pid = 0;
	if (e != ERR_OK || lock_fd < 0)
		return e;
	*pid = child_fork();
	if (*pid == 0)
		run(dir, lock_fd);
	if (*pid < 0) {
		*pid = 0;
		e = problem_set(why, ERR_INVALID, "fork: %s", strerror(errno));
	}
	close(lock_fd);
	return e;
}

bool
private_redis_is_ready(const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, socket_path);
	return probe((const struct sockaddr *)&address, sizeof(address),
	    "PING\r\n", "+PONG", PING_TIMEOUT_MS);
}
