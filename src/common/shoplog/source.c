/* A setting resolved into the files of a log, once. */
#include "common/shoplog/source.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* path  copied */
static enum err
add_file(struct source *s, const char *path, struct problem *why)
{
	struct source_file *f, *grown;
	enum err e;

	if (s->files_len == SOURCE_FILES_MAX)
		return problem_set(why, ERR_NO_LOG,
		    "%s: is file %d of one log, and %d is the most", path,
		    SOURCE_FILES_MAX + 1, SOURCE_FILES_MAX);
	grown = reallocarray(s->files, s->files_len + 1, sizeof(*grown));
	if (!grown)
		return ERR_NO_MEMORY;
	s->files = grown;
	f = &grown[s->files_len];
	memset(f, 0, sizeof(*f));
	f->path = strdup(path);
	if (!f->path)
		return ERR_NO_MEMORY;
	e = source_file_identify(f, why);
	if (e != ERR_OK) {
		free(f->path);
		return e;
	}
	s->files_len++;
	return ERR_OK;
}

static int
by_time_then_name(const void *left, const void *right)
{
	const struct source_file *a = left, *b = right;

	if (a->id.mtime_ns != b->id.mtime_ns)
		return a->id.mtime_ns < b->id.mtime_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

static enum err
add_matches(struct source *s, const char *pattern, struct problem *why)
{
	size_t first = s->files_len;
	enum err e = ERR_OK;
	glob_t found = { 0 };

	switch (glob(pattern, GLOB_ERR | GLOB_NOSORT, NULL, &found)) {
	case 0:
		break;
	case GLOB_NOMATCH:
		e = problem_set(why, ERR_NO_LOG,
		    "%s: matches no file; put the log there or name another "
		    "one",
		    pattern);
		break;
	case GLOB_NOSPACE:
		e = ERR_NO_MEMORY;
		break;
	default:
		e = problem_set(why, ERR_NO_LOG,
		    "%s: a directory on the way cannot be read: %s", pattern,
		    strerror(errno));
		break;
	}
	for (size_t i = 0; e == ERR_OK && i < found.gl_pathc; i++)
		e = add_file(s, found.gl_pathv[i], why);
	globfree(&found);
	if (e == ERR_OK)
		qsort(s->files + first, s->files_len - first, sizeof(*s->files),
		    by_time_then_name);
	return e;
}

/* A name with glob characters that names a file is that file. */
static bool
is_glob(const char *name)
{
	struct stat st;

	return strpbrk(name, "*?[") && stat(name, &st) != 0;
}

static bool
is_known(const struct source *s, size_t before, const struct source_file *f)
{
	for (size_t i = 0; i < before; i++)
		if (s->files[i].id.device == f->id.device &&
		    s->files[i].id.inode == f->id.inode)
			return true;
	return false;
}

static void
drop_repeated(struct source *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->files_len; i++) {
		if (is_known(s, kept, &s->files[i]))
			free(s->files[i].path);
		else
			s->files[kept++] = s->files[i];
	}
	s->files_len = kept;
}

static char *
trim(char *name)
{
	size_t len;

	name += strspn(name, " \t");
	for (len = strlen(name); len && strchr(" \t", name[len - 1]);)
		name[--len] = '\0';
	return name;
}

static enum err
add_list(struct source *s, const char *names, struct problem *why)
{
	enum err e = ERR_OK;
	char *copy = strdup(names), *rest = copy;

	if (!copy)
		return ERR_NO_MEMORY;
	while (e == ERR_OK && rest) {
		char *name = trim(strsep(&rest, ","));

		if (*name == '\0')
			e = problem_set(why, ERR_NO_LOG,
			    "\"%s\": a name is empty; name files with commas "
			    "between, or a glob",
			    names);
		else if (is_glob(name))
			e = add_matches(s, name, why);
		else
			e = add_file(s, name, why);
	}
	free(copy);
	return e;
}

enum err
source_of_lists(struct source *out, const char *const *lists, size_t len,
    struct problem *why)
{
	enum err e = ERR_OK;
	struct stat st;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; e == ERR_OK && i < len; i++)
		e = stat(lists[i], &st) == 0 ? add_file(out, lists[i], why)
					     : add_list(out, lists[i], why);
	if (e != ERR_OK) {
		source_cleanup(out);
		return e;
	}
	drop_repeated(out);
	for (size_t i = 0; i < out->files_len; i++)
		out->bytes += out->files[i].id.size;
	return ERR_OK;
}

enum err
source_resolve(struct source *out, const char *names, struct problem *why)
{
	return source_of_lists(out, &names, 1, why);
}

void
source_cleanup(struct source *s)
{
	for (size_t i = 0; i < s->files_len; i++)
		free(s->files[i].path);
	free(s->files);
	memset(s, 0, sizeof(*s));
}
