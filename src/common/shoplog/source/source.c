/* A setting resolved into the files of a log, once. Its names are looked at twice,
 * before the files are opened one by one and afterwards: a log that is rotated
 * meanwhile would be one without those that were renamed. */
#include "common/shoplog/source/source.h"

#include "common/shoplog/source/source_copies.h"
#include "common/shoplog/source/source_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* A rotation renames one file after the other. */
enum { LOOKS = 10, LOOK_PAUSE_MS = 10 };

static bool
is_gone(const char *path)
{
	struct stat st;

	/* A link that leads nowhere is there. */
	return lstat(path, &st) != 0 && errno == ENOENT;
}

/* Looks at each file; takes its path. */
static enum err
identify(struct source *s, struct source_names *names, struct problem *why)
{
	s->files = calloc(names->len, sizeof(*s->files));
	if (!s->files)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < names->len; i++) {
		struct source_name *name = &names->list[i];
		struct source_file *f = &s->files[s->files_len++];
		enum err e;

		f->path = name->path;
		name->path = NULL;
		e = source_file_identify(f, why);
		if (e == ERR_NO_LOG && name->is_match && is_gone(f->path))
			return problem_set(why, ERR_LOG_CHANGED,
			    "%s: vanished just now; parse again", f->path);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static bool
is_file_still(const struct source_file *f, const char *path)
{
	struct stat st;

	return strcmp(f->path, path) == 0 && stat(path, &st) == 0 &&
	       st.st_dev == f->id.device && st.st_ino == f->id.inode;
}

static bool
are_files_still(const struct source *s, const struct source_names *names)
{
	if (names->len != s->files_len)
		return false;
	for (size_t i = 0; i < s->files_len; i++)
		if (!is_file_still(&s->files[i], names->list[i].path))
			return false;
	return true;
}

static int
by_time_then_name(const void *left, const void *right)
{
	const struct source_file *a = left, *b = right;

	if (a->id.mtime_ns != b->id.mtime_ns)
		return a->id.mtime_ns < b->id.mtime_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* The files of one entry are the matches of a glob. */
static void
sort_matches(struct source *s, const struct source_names *names)
{
	const struct source_name *list = names->list;
	size_t from, to;

	for (from = 0; from < names->len; from = to) {
		to = from + 1;
		while (to < names->len && list[to].entry == list[from].entry)
			to++;
		qsort(s->files + from, to - from, sizeof(*s->files),
		    by_time_then_name);
	}
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

/* ERR_LOG_CHANGED when the files have become others meanwhile. */
static enum err
look(struct source *out, const char *const *lists, size_t len,
    struct problem *why)
{
	struct source_names names, again = { 0 };
	enum err e = source_names_expand(&names, lists, len, why);

	if (e == ERR_OK)
		e = identify(out, &names, why);
	if (e == ERR_OK)
		e = source_names_expand(&again, lists, len, why);
	if (e == ERR_OK && !are_files_still(out, &again))
		e = problem_set(why, ERR_LOG_CHANGED,
		    "%s: the files of this log are others at each look; parse "
		    "again",
		    *lists);
	if (e == ERR_OK)
		e = source_copies_drop(out, &names, why);
	if (e == ERR_OK) {
		sort_matches(out, &names);
		drop_repeated(out);
	}
	source_names_cleanup(&again);
	source_names_cleanup(&names);
	return e;
}

enum err
source_of_lists(struct source *out, const char *const *lists, size_t len,
    struct problem *why)
{
	const struct timespec rest = { .tv_nsec = LOOK_PAUSE_MS * 1000000L };
	enum err e;

	memset(out, 0, sizeof(*out));
	e = look(out, lists, len, why);
	for (int i = 1; e == ERR_LOG_CHANGED && i < LOOKS; i++) {
		source_cleanup(out);
		nanosleep(&rest, NULL);
		e = look(out, lists, len, why);
	}
	if (e != ERR_OK) {
		source_cleanup(out);
		return e;
	}
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
