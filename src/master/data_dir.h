#ifndef TRAWL_MASTER_DATA_DIR_H
#define TRAWL_MASTER_DATA_DIR_H

#include "common/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The directory of one running trawl: mode 0700, made when it is missing, held
 * by one master at a time. */
struct data_dir {
	const char *path; /* borrowed from the config */
	int fd;           /* of the directory */
	int lock_fd;      /* of trawl.pid, locked as long as it is open */
};

/* Makes and locks it. On ERR_INVALID `why` says what is in the way: another
 * master (and its pid), a permission, a file of that name. */
enum err data_dir_open(
    struct data_dir *d, const char *path, struct problem *why);

/* For the child as for the master: closes the descriptors. The lock goes with
 * the last process that has it open. */
void data_dir_close(struct data_dir *d);

/* Reads a small file whole, NUL behind it. ERR_NOT_FOUND when it is not there,
 * ERR_INVALID with `why` when it cannot be read or does not fit. */
enum err data_dir_read(const struct data_dir *d, const char *name, char *out,
    size_t size, struct problem *why);

/* Writes a file (mode 0600) so that it is there whole or not at all, also when
 * the power fails. */
enum err data_dir_write(const struct data_dir *d, const char *name,
    const char *text, struct problem *why);

/* Opens `name` as a lock and takes it. *fd is -1 when somebody holds it. */
enum err data_dir_lock(
    const struct data_dir *d, const char *name, int *fd, struct problem *why);

#endif
