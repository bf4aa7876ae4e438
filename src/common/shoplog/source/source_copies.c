/* A name alone tells no copy: logs.txt.gz may be what was in logs.txt before that
 * was begun anew. So its text is looked at. */
#include "common/shoplog/source/source_copies.h"

#include "common/shoplog/source/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What of a path comes before the ending of a packed file; 0: it has none. */
static size_t
stem_len(const char *path)
{
	static const char *const endings[] = { ".gz", ".zst" };
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending && !strcmp(path + len - ending, endings[i]))
			return len - ending;
	}
	return 0;
}

/* The file whose copy file `i` is by its name; NULL: there is none. Between two
 * matches of a glob there are only names that begin as the first does, if the
 * second does so. */
static const struct source_file *
find_original(
    const struct source *s, const struct source_names *names, size_t i)
{
	const struct source_name *list = names->list;
	const char *path = s->files[i].path;
	size_t len = list[i].is_match ? stem_len(path) : 0;

	if (len == 0)
		return NULL;
	while (i-- > 0 && list[i].entry == list[i + 1].entry &&
	       strncmp(s->files[i].path, path, len) == 0)
		if (s->files[i].path[len] == '\0')
			return &s->files[i];
	return NULL;
}

/* The beginning of its text, as far as it is there.
 *
 * len  SOURCE_PROBE_SIZE at most */
static enum err
read_packed(
    const struct source_file *f, char *out, size_t *len, struct problem *why)
{
	struct unpack *u;
	enum err e;
	int fd;

	e = source_file_open(f, &fd, why);
	if (e != ERR_OK)
		return e;
	u = unpack_new(f, fd);
	e = u ? unpack_read(u, out, SOURCE_PROBE_SIZE, len, why)
	      : ERR_NO_MEMORY;
	/* All that there is was read: it is cut off, not damaged. */
	if (e == ERR_LOG_UNREADABLE && unpack_position(u) == f->id.size)
		e = ERR_OK;
	unpack_free(u);
	close(fd);
	return e;
}

static enum err
begins_with(const struct source_file *f, const char *text, size_t len,
    bool *out, struct problem *why)
{
	char bytes[SOURCE_PROBE_SIZE];
	enum err e;
	int fd;

	*out = false;
	if (f->id.size < len)
		return ERR_OK;
	e = source_file_open(f, &fd, why);
	if (e != ERR_OK)
		return e;
	e = source_file_read(f, fd, bytes, len, 0, why);
	*out = e == ERR_OK && memcmp(bytes, text, len) == 0;
	close(fd);
	return e;
}

static enum err
is_copy(const struct source_file *f, const struct source_file *original,
    bool *out, struct problem *why)
{
	char text[SOURCE_PROBE_SIZE];
	size_t len = 0;
	enum err e = ERR_OK;

	*out = false;
	if (!source_file_is_plain(original) ||
	    (source_file_is_plain(f) && f->id.size > 0))
		return ERR_OK;
	if (f->id.size > 0)
		e = read_packed(f, text, &len, why);
	return e == ERR_OK ? begins_with(original, text, len, out, why) : e;
}

enum err
source_copies_drop(
    struct source *s, struct source_names *names, struct problem *why)
{
	enum err e = ERR_OK;
	size_t i = 0;

	while (e == ERR_OK && i < s->files_len) {
		const struct source_file *original = find_original(s, names, i);
		bool is_dropped = false;

		if (original)
			e = is_copy(&s->files[i], original, &is_dropped, why);
		if (!is_dropped) {
			i++;
			continue;
		}
		/* A few of many: the rest moves up. */
		free(s->files[i].path);
		free(names->list[i].path);
		s->files_len--;
		names->len--;
		memmove(&s->files[i], &s->files[i + 1],
		    (s->files_len - i) * sizeof(*s->files));
		memmove(&names->list[i], &names->list[i + 1],
		    (names->len - i) * sizeof(*names->list));
	}
	return e;
}
