/* Reads a `.env` file in place: one copy of the text, in which every key and
 * value is cut out with a NUL (a value with escapes only gets shorter). */
#include "common/base/dotenv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_SIZE_MAX = 64 * 1024 };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_key(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static char *
skip_blanks(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Whether nothing but blanks and a comment is left of the line. */
static bool
is_rest_empty(char *s)
{
	s = skip_blanks(s);
	return *s == '\0' || *s == '#';
}

/* Cuts the plain value at `s`: up to a comment, without the blanks behind. */
static char *
read_plain(char *s)
{
	char *end = s;

	for (char *p = s; *p; p++) {
		if (*p == '#' && (p == s || is_blank(p[-1])))
			break;
		if (!is_blank(*p))
			end = p + 1;
	}
	*end = '\0';
	return s;
}

/* Cuts the value between quotes, `s` behind the first one; NULL with the words
 * in *reason when it is not well-formed. */
static char *
read_quoted(char *s, char quote, const char **reason)
{
	char *to = s, *from = s;

	while (*from && *from != quote) {
		char c = *from++;

		if (c == '\\' && quote == '"') {
			switch (*from) {
			case '"':
			case '\\':
			case '$':
				c = *from++;
				break;
			case 'n':
				c = '\n';
				from++;
				break;
			case 't':
				c = '\t';
				from++;
				break;
			default:
				*reason = "only \\\" \\\\ \\$ \\n and \\t are "
					  "escapes";
				return NULL;
			}
		}
		*to++ = c;
	}
	if (*from != quote) {
		*reason = "the quote is not closed on this line";
		return NULL;
	}
	if (!is_rest_empty(from + 1)) {
		*reason = "something follows the closing quote";
		return NULL;
	}
	*to = '\0';
	return s;
}

/* Reads one line, NUL at its end. An empty entry.key means that there is
 * nothing on it. Returns what is wrong with it, or NULL. */
static const char *
read_line(char *line, struct dotenv_entry *entry)
{
	const char *reason = NULL;
	char *key = skip_blanks(line), *end, *value;

	entry->key = NULL;
	if (is_rest_empty(key))
		return NULL;
	if (!strncmp(key, "export", 6) && is_blank(key[6]))
		key = skip_blanks(key + 6);
	for (end = key; is_key(*end); end++)
		;
	value = skip_blanks(end);
	if (end == key || (*key >= '0' && *key <= '9') || *value != '=')
		return "expected KEY=value";
	value = skip_blanks(value + 1);
	*end = '\0';
	if (*value == '\'' || *value == '"')
		value = read_quoted(value + 1, *value, &reason);
	else
		value = read_plain(value);
	if (!value)
		return reason;
	entry->key = key;
	entry->value = value;
	return NULL;
}

static size_t
count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

enum err
dotenv_parse(
    struct dotenv *out, const char *name, struct span text, struct problem *why)
{
	unsigned number = 0;
	char *line, *next;

	*out = (struct dotenv){ 0 };
	if (text.len && memchr(text.data, '\0', text.len))
		return problem_set(why, ERR_INVALID, "%s has a NUL byte", name);
	out->text = text.len ? strndup(text.data, text.len) : strdup("");
	if (out->text)
		out->entries =
		    calloc(count_lines(out->text), sizeof(*out->entries));
	if (!out->entries) {
		dotenv_cleanup(out);
		return ERR_NO_MEMORY;
	}
	for (line = out->text; line; line = next) {
		struct dotenv_entry *entry = &out->entries[out->len];
		const char *reason;
		size_t len;

		number++;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		len = strlen(line);
		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		reason = read_line(line, entry);
		if (reason) {
			dotenv_cleanup(out);
			return problem_set(why, ERR_INVALID, "%s:%u: %s", name,
			    number, reason);
		}
		entry->line = number;
		if (entry->key)
			out->len++;
	}
	return ERR_OK;
}

enum err
dotenv_read(struct dotenv *out, const char *path, struct problem *why)
{
	char *text = NULL;
	size_t len = 0;
	enum err e;
	int fd;

	*out = (struct dotenv){ 0 };
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return ERR_OK;
	if (fd < 0)
		return problem_set(
		    why, ERR_INVALID, "%s: %s", path, strerror(errno));
	text = malloc(FILE_SIZE_MAX);
	if (!text) {
		e = ERR_NO_MEMORY;
		goto out;
	}
	for (;;) {
		ssize_t got = read(fd, text + len, FILE_SIZE_MAX - len);

		if (got < 0) {
			e = problem_set(
			    why, ERR_INVALID, "%s: %s", path, strerror(errno));
			goto out;
		}
		if (got == 0)
			break;
		len += (size_t)got;
		if (len == FILE_SIZE_MAX) {
			e = problem_set(why, ERR_INVALID,
			    "%s is too large: less than %d bytes are accepted",
			    path, FILE_SIZE_MAX);
			goto out;
		}
	}
	e = dotenv_parse(out, path, span_of(text, len), why);
out:
	free(text);
	close(fd);
	return e;
}

const char *
dotenv_find(const struct dotenv *d, const char *key)
{
	for (size_t i = d->len; i-- > 0;)
		if (!strcmp(d->entries[i].key, key))
			return d->entries[i].value;
	return NULL;
}

void
dotenv_cleanup(struct dotenv *d)
{
	free(d->entries);
	free(d->text);
	*d = (struct dotenv){ 0 };
}
