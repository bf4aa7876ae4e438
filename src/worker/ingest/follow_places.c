/* A setting as folders to be watched. Whatever is not found is found again at
 * the next look, so nothing here is an error of the log. */
#include "worker/ingest/follow_places.h"

#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; /* as many as the kernel follows */

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

/* 0 and 0: it is not there. */
static void
identify(const char *folder, dev_t *device, ino_t *inode)
{
	struct stat st;
	bool is_there = stat(folder, &st) == 0;

	*device = is_there ? st.st_dev : 0;
	*inode = is_there ? st.st_ino : 0;
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
	identify(folder, &p->device, &p->inode);
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

/* Bytes of `path` up to the first link on the way that it is; 0: there is none. */
static enum err
first_link(const char *path, size_t *len)
{
	char *way = strdup(path), *at = way;
	struct stat st;

	*len = 0;
	if (!way)
		return ERR_NO_MEMORY;
	while (at && *len == 0) {
		at = strchr(at + 1, '/');
		if (at)
			*at = '\0';
		if (lstat(way, &st) == 0 && S_ISLNK(st.st_mode))
			*len = strlen(way);
		if (at)
			*at = '/';
	}
	free(way);
	return ERR_OK;
}

/* Puts what the first link of `path` says in its place; `way` is the path up to
 * there. NULL when memory is out. */
static char *
behind_link(const char *path, const char *way)
{
	char target[PATH_MAX];
	ssize_t len = readlink(way, target, sizeof(target) - 1);
	const char *slash = strrchr(way, '/');
	char *out;

	target[len > 0 ? len : 0] = '\0'; /* it may be gone by now */
	if (asprintf(&out, "%.*s%s%s",
		*target == '/' || !slash ? 0 : (int)(slash + 1 - way), way,
		target, path + strlen(way)) < 0)
		return NULL;
	return out;
}

/* The link that `path` comes to after `len` bytes, and the path behind it. */
static enum err
add_link(struct follow_places *out, char **path, size_t len)
{
	char *way = strndup(*path, len);
	char *behind = way ? behind_link(*path, way) : NULL;
	enum err e = behind ? add_real(out, way) : ERR_NO_MEMORY;

	free(way);
	if (!behind)
		return e;
	free(*path);
	*path = behind;
	return e;
}

/* The place of a path, and as the kernel would go the places of all links on the
 * way, each of which may lead elsewhere one day, and of the file behind them. */
static enum err
add_path(struct follow_places *out, const char *name)
{
	enum err e = add_real(out, name);
	char *path = strdup(name);
	size_t len = 1;

	if (!path)
		return ERR_NO_MEMORY;
	for (int i = 0; e == ERR_OK && len > 0 && i < LINKS_MAX; i++) {
		e = first_link(path, &len);
		if (e == ERR_OK && len > 0)
			e = add_link(out, &path, len);
	}
	if (e == ERR_OK)
		e = add_real(out, path);
	free(path);
	return e;
}

static enum err
add_name(struct follow_places *out, const char *name)
{
	struct stat st;
	glob_t found = { 0 };
	enum err e = add_path(out, name);

	if (e != ERR_OK || stat(name, &st) == 0 || !is_glob(name))
		return e;
	if (glob(name, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; e == ERR_OK && i < found.gl_pathc; i++)
			e = add_path(out, found.gl_pathv[i]);
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

bool
follow_places_are_others(const struct follow_places *p)
{
	for (size_t i = 0; i < p->len; i++) {
		dev_t device;
		ino_t inode;

		identify(p->places[i].folder, &device, &inode);
		if (device != p->places[i].device ||
		    inode != p->places[i].inode)
			return true;
	}
	return false;
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
