#ifndef TRAWL_TESTS_GEO_FILES_H
#define TRAWL_TESTS_GEO_FILES_H

#include "common/geo/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the tests of this layer share: a folder of their own, files in it, and
 * addresses written as text. */
static char folder[64];

static inline int
folder_make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/trawl-test-geo.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

/* A path in the folder; two may be in use at a time. */
static inline const char *
in_folder(const char *name)
{
	static char paths[2][128];
	static unsigned turn;
	char *path = paths[turn++ % 2];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static inline int
folder_remove(void **state)
{
	static const char *const names[] = { "geoip", "geoip6", "geo.tables",
		"geo.mmdb" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	return rmdir(folder); /* fails when something else was left there */
}

static inline int
file_write(const char *path, const void *bytes, size_t len)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return -1;
	if (fwrite(bytes, 1, len, out) != len) {
		fclose(out);
		return -1;
	}
	return fclose(out);
}

/* The whole file: free(3). */
static inline uint8_t *
file_read(const char *path, size_t *len)
{
	FILE *in = fopen(path, "r");
	uint8_t *bytes;

	if (!in)
		return NULL;
	fseek(in, 0, SEEK_END);
	*len = (size_t)ftell(in);
	rewind(in);
	bytes = malloc(*len + 1);
	if (bytes && fread(bytes, 1, *len, in) != *len) {
		free(bytes);
		bytes = NULL;
	}
	fclose(in);
	return bytes;
}

static inline struct address
address_of(const char *text)
{
	struct address a = { { [10] = 0xff, [11] = 0xff } };

	if (inet_pton(AF_INET, text, a.bytes + 12) != 1 &&
	    inet_pton(AF_INET6, text, a.bytes) != 1)
		abort();
	return a;
}

#endif
