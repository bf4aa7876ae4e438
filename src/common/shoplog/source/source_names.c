/* Commas first, then globs. A name that is there is a file, whatever is in it. */
#include "common/shoplog/source/source_names.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* path  copied */
static enum err
add(struct source_names *n, const char *path, bool is_match,
    struct problem *why)
{
	struct source_name *grown, *name;

	if (n->len == SOURCE_FILES_MAX)
		return problem_set(why, ERR_NO_LOG,
		    "%s: is file %d of one log, and %d is the most", path,
		    SOURCE_FILES_MAX + 1, SOURCE_FILES_MAX);
	grown = reallocarray(n->list, n->len + 1, sizeof(*grown));
	if (!grown)
		return ERR_NO_MEMORY;
	n->list = grown;
	name = &grown[n->len];
	name->path = strdup(path);
	if (!name->path)
		return ERR_NO_MEMORY;
	name->entry = n->entries;
	name->is_match = is_match;
	n->len++;
	return ERR_OK;
}

static enum err
cannot_match(const char *pattern, int error, struct problem *why)
{
	enum err e = ERR_LOG_UNREADABLE;

	if (error == EACCES)
		e = ERR_NO_LOG;
	else if (error == EMFILE || error == ENFILE)
		e = ERR_NO_FILES;
	return problem_set(why, e,
	    "%s: a directory on the way cannot be read: %s", pattern,
	    strerror(error));
}

static enum err
add_matches(struct source_names *n, const char *pattern, struct problem *why)
{
	enum err e = ERR_OK;
	glob_t found = { 0 };

	switch (glob(pattern, GLOB_ERR, NULL, &found)) {
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
		e = cannot_match(pattern, errno, why);
		break;
	}
	for (size_t i = 0; e == ERR_OK && i < found.gl_pathc; i++)
		e = add(n, found.gl_pathv[i], true, why);
	globfree(&found);
	return e;
}

static bool
is_there(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0;
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
add_list(struct source_names *n, const char *names, struct problem *why)
{
	enum err e = ERR_OK;
	char *copy = strdup(names), *rest = copy;

	if (!copy)
		return ERR_NO_MEMORY;
	for (; e == ERR_OK && rest; n->entries++) {
		char *name = trim(strsep(&rest, ","));

		if (*name == '\0')
			e = problem_set(why, ERR_NO_LOG,
			    "\"%s\": a name is empty; name files with commas "
			    "between, or a glob",
			    names);
		else if (strpbrk(name, "*?[") && !is_there(name))
			e = add_matches(n, name, why);
		else
			e = add(n, name, false, why);
	}
	free(copy);
	return e;
}

enum err
source_names_expand(struct source_names *out, const char *const *lists,
    size_t len, struct problem *why)
{
	enum err e = ERR_OK;

	*out = (struct source_names){ 0 };
	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		if (!is_there(lists[i])) {
			e = add_list(out, lists[i], why);
		} else {
			e = add(out, lists[i], false, why);
			out->entries++;
		}
	}
	if (e != ERR_OK)
		source_names_cleanup(out);
	return e;
}

void
source_names_cleanup(struct source_names *n)
{
	for (size_t i = 0; i < n->len; i++)
		free(n->list[i].path);
	free(n->list);
	*n = (struct source_names){ 0 };
}
