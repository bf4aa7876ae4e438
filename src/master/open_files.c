/* One least limit for whichever process needs most. Redis keeps 32 descriptors for
 * itself and takes as many clients as there are others: a worker has 4 connections
 * that stay, two for each of 3 threads that parse and one for each of 2 that make
 * reports, which are 12; the master asks with one, and a person looks with one. A
 * worker has 3 descriptors a slot, its connections to Redis and some 30 more: what
 * is left are its clients. */
#include "master/open_files.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

enum { OF_ALL = 64, OF_A_WORKER = 12 };

enum err
open_files_raise(int workers, struct problem *why)
{
	rlim_t least = OF_ALL + OF_A_WORKER * (rlim_t)workers;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return problem_set(
		    why, ERR_INVALID, "getrlimit: %s", strerror(errno));
	if (limit.rlim_max < least)
		return problem_set(why, ERR_INVALID,
		    "the limit of open files (ulimit -n) is %llu, but %d "
		    "worker%s and Redis need %llu, and more for connections: "
		    "raise it, in a systemd unit by LimitNOFILE=",
		    (unsigned long long)limit.rlim_max, workers,
		    workers == 1 ? "" : "s", (unsigned long long)least);
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return ERR_OK;
}
