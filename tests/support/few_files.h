#ifndef TRAWL_TESTS_SUPPORT_FEW_FILES_H
#define TRAWL_TESTS_SUPPORT_FEW_FILES_H

#include <sys/resource.h>

/* What is open stays so, and nothing else comes, until all is as it was. The
 * process's, so no test beside it. Both give 0, or -1 as setrlimit(2) does. */
static struct rlimit few_files_before;

static inline int
few_files_begin(void)
{
	struct rlimit few;

	if (getrlimit(RLIMIT_NOFILE, &few_files_before) != 0)
		return -1;
	few = few_files_before;
	few.rlim_cur = 3; /* the standard streams */
	return setrlimit(RLIMIT_NOFILE, &few);
}

static inline int
few_files_end(void)
{
	return setrlimit(RLIMIT_NOFILE, &few_files_before);
}

#endif
