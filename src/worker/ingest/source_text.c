/* A source as text. Device and inode tell files apart under one kernel only,
 * whatever containers run on it: so the boot id goes along, not a host name. */
#include "worker/ingest/source_text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BOOT_ID_SIZE = 37, LINE_FIXED = 7 * 21 + 4 * SOURCE_DIGEST_SIZE };

static void
read_boot_id(char out[BOOT_ID_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, BOOT_ID_SIZE - 1);

	if (fd >= 0)
		close(fd);
	out[n < 0 ? 0 : n] = '\0';
}

static char *
write_path(char *to, const char *path)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c > ' ' && c != '%' && c != 127) {
			*to++ = *path;
			continue;
		}
		*to++ = '%';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return to;
}

static char *
write_digest(char *to, const uint8_t digest[SOURCE_DIGEST_SIZE])
{
	source_digest_text(to, digest);
	to += 2 * SOURCE_DIGEST_SIZE;
	*to++ = ' ';
	return to;
}

static char *
write_file(char *to, const struct source_file *f)
{
	to += sprintf(to, "%" PRIu64 " %" PRId64 " %" PRIu64 " %" PRIu64 " ",
	    f->id.size, f->id.mtime_ns, f->id.device, f->id.inode);
	to = write_digest(to, f->id.head);
	to = write_digest(to, f->id.end);
	to += sprintf(to, "%u ", f->id.format);
	to = write_path(to, f->path);
	*to++ = '\n';
	return to;
}

enum err
source_to_text(const struct source *s, struct arena *a, struct span *out)
{
	size_t size = sizeof("kernel \n") + BOOT_ID_SIZE;
	char boot[BOOT_ID_SIZE], *text, *to;

	for (size_t i = 0; i < s->files_len; i++)
		size += LINE_FIXED + 3 * strlen(s->files[i].path) + 1;
	text = to = arena_alloc(a, size);
	if (!text)
		return ERR_NO_MEMORY;
	read_boot_id(boot);
	to += sprintf(to, "kernel %s\n", boot);
	for (size_t i = 0; i < s->files_len; i++)
		to = write_file(to, &s->files[i]);
	*out = span_of(text, (size_t)(to - text));
	return ERR_OK;
}

/* Where /proc is not mounted, all see the same. */
void
source_seen_from(char out[SOURCE_SEEN_FROM_SIZE])
{
	char boot[BOOT_ID_SIZE], mounts[64];
	ssize_t n = readlink("/proc/self/ns/mnt", mounts, sizeof(mounts) - 1);

	mounts[n < 0 ? 0 : n] = '\0';
	read_boot_id(boot);
	snprintf(out, SOURCE_SEEN_FROM_SIZE, "kernel %s %s user %u", boot,
	    mounts, (unsigned)geteuid());
}

/* The bytes up to `end`, which is taken too; the empty span, *text untouched,
 * when there is no `end`. */
static struct span
take(struct span *text, char end)
{
	const char *at = text->len ? memchr(text->data, end, text->len) : NULL;
	struct span word = { NULL, 0 };

	if (!at)
		return word;
	word = span_of(text->data, (size_t)(at - text->data));
	text->data += word.len + 1;
	text->len -= word.len + 1;
	return word;
}

static bool
read_byte(const char *hex, unsigned char *out)
{
	int high = span_hex_digit(hex[0]);
	int low = high < 0 ? -1 : span_hex_digit(hex[1]);

	if (low < 0)
		return false;
	*out = (unsigned char)(high << 4 | low);
	return true;
}

/* NULL when memory is out or the text has not the form of a path. */
static char *
read_path(struct span text)
{
	char *path = malloc(text.len + 1), *to = path;

	for (size_t i = 0; path && i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c == '%') {
			if (text.len - i < 3 ||
			    !read_byte(text.data + i + 1, &c) || c == '\0') {
				free(path);
				return NULL;
			}
			i += 2;
		}
		*to++ = (char)c;
	}
	if (path)
		*to = '\0';
	return path;
}

static bool
read_digest(struct span hex, uint8_t out[SOURCE_DIGEST_SIZE])
{
	if (hex.len != 2 * SOURCE_DIGEST_SIZE)
		return false;
	for (size_t i = 0; i < SOURCE_DIGEST_SIZE; i++)
		if (!read_byte(hex.data + 2 * i, &out[i]))
			return false;
	return true;
}

static enum err
read_file(struct span line, bool is_same_kernel, struct source_file *f)
{
	struct span size = take(&line, ' '), mtime = take(&line, ' ');
	struct span device = take(&line, ' '), inode = take(&line, ' ');
	struct span head = take(&line, ' '), end = take(&line, ' ');
	struct span format = take(&line, ' ');
	bool is_negative = mtime.len && mtime.data[0] == '-';
	uint64_t ns = 0, format_number = 0;

	if (is_negative)
		mtime = span_of(mtime.data + 1, mtime.len - 1);
	if (!span_to_u64(size, &f->id.size) || !span_to_u64(mtime, &ns) ||
	    ns > INT64_MAX || !span_to_u64(device, &f->id.device) ||
	    !span_to_u64(inode, &f->id.inode) ||
	    !span_to_u64(format, &format_number) ||
	    format_number >= SOURCE_FORMATS || !read_digest(head, f->id.head) ||
	    !read_digest(end, f->id.end) || line.len == 0)
		return ERR_CORRUPT;
	f->id.format = (uint8_t)format_number;
	f->id.mtime_ns = is_negative ? -(int64_t)ns : (int64_t)ns;
	if (!is_same_kernel)
		f->id.device = f->id.inode = 0;
	f->path = read_path(line);
	return f->path ? ERR_OK : ERR_CORRUPT;
}

enum err
source_of_text(struct span text, struct source *out)
{
	struct span first = take(&text, '\n');
	char boot[BOOT_ID_SIZE], kernel[BOOT_ID_SIZE + 8];
	size_t files = 0;
	enum err e = ERR_OK;

	*out = (struct source){ 0 };
	read_boot_id(boot);
	snprintf(kernel, sizeof(kernel), "kernel %s", boot);
	for (size_t i = 0; i < text.len; i++)
		files += text.data[i] == '\n';
	out->files = calloc(files + 1, sizeof(*out->files));
	if (!out->files)
		return ERR_NO_MEMORY;
	while (e == ERR_OK && out->files_len < files) {
		struct source_file *f = &out->files[out->files_len];

		e = read_file(take(&text, '\n'),
		    span_is_equal(first, span_text(kernel)), f);
		if (e != ERR_OK)
			break;
		out->files_len++;
		if (__builtin_add_overflow(out->bytes, f->id.size, &out->bytes))
			e = ERR_CORRUPT;
	}
	if (e == ERR_OK && (files == 0 || text.len > 0))
		e = ERR_CORRUPT;
	if (e != ERR_OK)
		source_cleanup(out);
	return e;
}

/* The same size, time, ends, format and path. */
static bool
is_same_line(struct span one, struct span other)
{
	struct span size = take(&one, ' '), mtime = take(&one, ' ');

	if (!span_is_equal(size, take(&other, ' ')) ||
	    !span_is_equal(mtime, take(&other, ' ')))
		return false;
	for (int skipped = 0; skipped < 2; skipped++) {
		take(&one, ' ');
		take(&other, ' ');
	}
	return span_is_equal(one, other);
}

bool
source_text_is_same(struct span one, struct span other)
{
	if (span_is_equal(one, other))
		return true;
	if (span_is_equal(take(&one, '\n'), take(&other, '\n')))
		return false;
	while (one.len > 0 && other.len > 0)
		if (!is_same_line(take(&one, '\n'), take(&other, '\n')))
			return false;
	return one.len == other.len;
}
