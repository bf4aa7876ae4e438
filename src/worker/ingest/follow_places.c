/* A setting as folders to be watched. Whatever is not found is found again at
 * the next look, so nothing here is an error of the log. */
#include "worker/ingest/follow_places.h"

#include <fnmatch.h>
#include <glob.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool
is_glob(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* File systems whose files change without this kernel's doing. */
static bool
is_remote(const char *folder)
{
	static const unsigned long remote[] = { NFS_SUPER_MAGIC,
		SMB_SUPER_MAGIC, SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC, V9FS_MAGIC,
		AFS_SUPER_MAGIC, AFS_FS_MAGIC, CODA_SUPER_MAGIC,
		NCP_SUPER_MAGIC, CEPH_SUPER_MAGIC, OCFS2_SUPER_MAGIC,
		FUSE_SUPER_MAGIC };
	struct statfs fs;

	if (statfs(folder, &fs) != 0)
		return true;
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == remote[i])
			return true;
	return false;
}

bool
follow_place_has(const struct follow_place *p, const char *name)
{
	const char *own = strrchr(p->folder, '/');

	return !name || strcmp(name, p->pattern) == 0 ||
	       fnmatch(p->pattern, name, FNM_PERIOD) == 0 ||
	       (own && strcmp(name, own + 1) == 0);
}

/* takes `folder` */
static enum err
add(struct follow_places *out, char *folder, const char *pattern)
{
	struct follow_place *p;

	for (size_t i = 0; i < out->len; i++) {
		p = &out->places[i];
		if (strcmp(p->folder, folder) == 0 &&
		    follow_place_has(p, pattern)) {
			free(folder);
			return ERR_OK;
		}
	}
	if (out->len == FOLLOW_PLACES_MAX) {
		out->is_blind = true;
		free(folder);
		return ERR_OK;
	}
	p = &out->places[out->len];
	p->folder = folder;
	p->pattern = strdup(pattern);
	if (!p->pattern) {
		free(folder);
		return ERR_NO_MEMORY;
	}
	out->len++;
	if (is_remote(folder))
		out->is_blind = true;
	return ERR_OK;
}

/* The folder of a path, without links, and the name in it. */
static enum err
add_real(struct follow_places *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t len = slash ? (size_t)(name - path) : 1;
	char *folder = strndup(slash ? path : ".", len);
	char *real = folder ? realpath(folder, NULL) : NULL;
	bool is_unknown = folder && (!real || is_glob(folder));

	free(folder);
	if (is_unknown)
		out->is_blind = true;
	if (real)
		return add(out, real, name);
	return is_unknown ? ERR_OK : ERR_NO_MEMORY;
}

/* The same, and the links on the way, which may lead elsewhere one day. */
static enum err
add_path(struct follow_places *out, const char *path)
{
	enum err e = add_real(out, path);
	const char *at = path;

	while (e == ERR_OK && (at = strchr(at + 1, '/'))) {
		char *way = strndup(path, (size_t)(at - path));
		struct stat st;

		if (!way)
			e = ERR_NO_MEMORY;
		else if (lstat(way, &st) == 0 && S_ISLNK(st.st_mode))
			e = add_real(out, way);
		free(way);
	}
	return e;
}

/* The file itself, if `path` is a link to it. */
static enum err
add_file(struct follow_places *out, const char *path)
{
	char *real = realpath(path, NULL);
	enum err e = ERR_OK;

	if (real)
		e = add_real(out, real);
	free(real);
	return e;
}

static enum err
add_name(struct follow_places *out, const char *name)
{
	struct stat st;
	glob_t found = { 0 };
	enum err e = add_path(out, name);

	if (e != ERR_OK || stat(name, &st) == 0 || !is_glob(name))
		return e == ERR_OK ? add_file(out, name) : e;
	if (glob(name, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; e == ERR_OK && i < found.gl_pathc; i++)
			e = add_file(out, found.gl_pathv[i]);
	globfree(&found);
	return e;
}

enum err
follow_places_find(const char *names, struct follow_places *out)
{
	char *list = strdup(names), *rest = list, *name;
	enum err e = list ? ERR_OK : ERR_NO_MEMORY;

	*out = (struct follow_places){ .len = 0 };
	while (e == ERR_OK && (name = strsep(&rest, ","))) {
		size_t len;

		name += strspn(name, " \t");
		len = strlen(name);
		while (len > 0 && strchr(" \t", name[len - 1]))
			name[--len] = '\0';
		if (len > 0)
			e = add_name(out, name);
	}
	free(list);
	return e;
}

void
follow_places_cleanup(struct follow_places *p)
{
	for (size_t i = 0; i < p->len; i++) {
		free(p->places[i].folder);
		free(p->places[i].pattern);
	}
	p->len = 0;
}
