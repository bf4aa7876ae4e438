#include "master/standard_output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum err
standard_output_finish(struct problem *why)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return ERR_OK;
	return problem_set(why, ERR_INTERNAL,
	    "standard output: cannot be written: %s", strerror(errno));
}
