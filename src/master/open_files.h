#ifndef TRAWL_MASTER_OPEN_FILES_H
#define TRAWL_MASTER_OPEN_FILES_H

#include "common/base/err.h"

/* The limit of open files (RLIMIT_NOFILE), which all processes of the service
 * inherit: connections of clients and of Redis count as well. */

/* Raises it as far as it may be raised, because every connection is one.
 *
 * ERR_INVALID, with the number and the remedy, when that is too low for so many
 * workers and their Redis. */
enum err open_files_raise(int workers, struct problem *why);

#endif
