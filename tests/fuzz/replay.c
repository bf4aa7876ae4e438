/* replay FOLDER: tries every file of the folder, the corpus and all past
 * findings, as an ordinary test without libFuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
try_file(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *data = NULL;
	int status = -1;

	if (fd >= 0 && fstat(fd, &st) == 0)
		data = malloc((size_t)st.st_size + 1);
	if (data && read(fd, data, (size_t)st.st_size) == st.st_size) {
		printf("%s\n", name);
		status = LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	}
	if (status != 0)
		fprintf(stderr, "replay: %s: %s\n", name, strerror(errno));
	free(data);
	if (fd >= 0)
		close(fd);
	return status;
}

int
main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	int tried = 0, status = 0;

	if (!folder) {
		fputs("usage: replay FOLDER\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0); /* the last name is the culprit's */
	while (status == 0 && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		status = try_file(dirfd(folder), entry->d_name);
		tried++;
	}
	closedir(folder);
	return status == 0 && tried > 0 ? 0 : 1;
}
