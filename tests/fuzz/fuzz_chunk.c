/* Any bytes as a log, cut into chunks anywhere: the tally is, to the byte of its
 * encoding, that of the lines one by one (event_parse, which fuzz_event holds
 * against the reference). The first two bytes choose where it is cut. */
#include "fuzz.h"

#include "common/shoplog/chunk.h"
#include "common/shoplog/scan/event.h"
#include "common/shoplog/tally/partial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct tally *
one_by_one(const char *text, size_t size)
{
	struct tally *t = tally_new(NULL);
	size_t at = 0;

	must(t != NULL);
	tally_add_bytes(t, size);
	while (at < size) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t end = newline ? (size_t)(newline - text) : size;
		struct span line = span_of(text + at, end - at);
		struct event event;

		if (line.len && line.data[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0) {
		} else if (event_parse(line, &event)) {
			must(tally_add(t, &event) == ERR_OK);
		} else {
			tally_add_malformed(t, 0, at);
		}
		at = end + 1;
	}
	return t;
}

static struct tally *
by_chunks(const struct source *s, uint64_t size)
{
	struct tally *all = tally_new(NULL);
	struct chunk *chunks;
	size_t len;

	must(all != NULL);
	must(chunk_split(s, size, &chunks, &len) == ERR_OK);
	for (size_t i = 0; i < len; i++) {
		struct tally *t = tally_new(NULL);

		must(t &&
		     !chunk_tally(s, &chunks[i], t, NULL, NULL, NULL, NULL));
		must(tally_append(all, t) == ERR_OK);
		tally_free(t);
	}
	free(chunks);
	return all;
}

static void
must_be_equal(const struct tally *a, const struct tally *b)
{
	uint8_t *a_bytes, *b_bytes;
	size_t a_len, b_len;

	must(partial_encode(a, &a_bytes, &a_len) == ERR_OK);
	must(partial_encode(b, &b_bytes, &b_len) == ERR_OK);
	must(a_len == b_len && !memcmp(a_bytes, b_bytes, a_len));
	free(a_bytes);
	free(b_bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally *want, *got;
	struct source s;
	uint64_t step;
	char path[64];
	int fd;

	if (size < 3)
		return 0;
	step = 1 + data[0] + 256u * data[1];
	data += 2;
	size -= 2;
	if (step < size / 16) /* a tally is not small */
		step = size / 16 + 1;
	fd = memfd_create("log", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(source_resolve(&s, path, NULL) == ERR_OK);
	if (!source_file_is_plain(&s.files[0])) {
		source_cleanup(&s);
		close(fd);
		return 0;
	}
	want = one_by_one((const char *)data, size);
	got = by_chunks(&s, step);
	must_be_equal(want, got);
	tally_free(want);
	tally_free(got);
	source_cleanup(&s);
	close(fd);
	return 0;
}
