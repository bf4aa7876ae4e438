/* The suspicion with which a known log is met again. Names do not matter: a log
 * that was rotated is the same under another one, and its copy is, too. */
#include "worker/ingest/resume.h"

#include "worker/ingest/source_text.h"

#include <stdlib.h>
#include <string.h>

/* Whether `now` begins with the same 4 KiB (or less) as `then` did, and ends with the
 * same unless it is longer. */
static enum err
has_same_ends(const struct source_file *then, const struct source_file *now,
    bool *out, struct problem *why)
{
	uint8_t head[SOURCE_DIGEST_SIZE];
	const uint8_t *digest = now->id.head;
	enum err e = ERR_OK;

	*out = true;
	if (then->id.size == 0)
		return ERR_OK;
	if (then->id.size < SOURCE_PROBE_SIZE &&
	    then->id.size != now->id.size) {
		e = source_file_digest_before(now, then->id.size, head, why);
		digest = head;
	}
	if (e == ERR_OK)
		*out = memcmp(digest, then->id.head, SOURCE_DIGEST_SIZE) == 0 &&
		       (now->id.size != then->id.size ||
			   memcmp(now->id.end, then->id.end,
			       SOURCE_DIGEST_SIZE) == 0);
	return e;
}

static bool
is_same_inode(
    const struct source_identity *then, const struct source_identity *now)
{
	return then->device == now->device && then->inode == now->inode;
}

static enum err
is_same_file(const struct source_file *then, const struct source_file *now,
    bool may_grow, bool *out, struct problem *why)
{
	bool is_longer = now->id.size > then->id.size;

	*out = false;
	if (now->id.format != then->id.format || now->id.size < then->id.size ||
	    (is_longer && !(may_grow && source_file_is_plain(now))))
		return ERR_OK;
	/* Its copy has another time; it itself, as long, was written over. */
	if (!is_longer && is_same_inode(&then->id, &now->id) &&
	    then->id.mtime_ns != now->id.mtime_ns)
		return ERR_OK;
	return has_same_ends(then, now, out, why);
}

static enum err
ends_alike(const struct record *checkpoint, const struct source_file *last,
    uint64_t offset, bool *out, struct problem *why)
{
	uint8_t digest[SOURCE_DIGEST_SIZE];
	char text[SOURCE_DIGEST_TEXT];
	enum err e;

	*out = true;
	if (offset == 0)
		return ERR_OK;
	e = source_file_digest_before(last, offset, digest, why);
	if (e != ERR_OK)
		return e;
	source_digest_text(text, digest);
	*out = span_is_equal(
	    record_get(checkpoint, "before"), span_of(text, sizeof(text) - 1));
	return ERR_OK;
}

static enum err
compare(const struct record *checkpoint, const struct source *then,
    const struct source *now, bool *is_same, struct resume *out,
    struct problem *why)
{
	size_t last = then->files_len - 1;
	enum err e = ERR_OK;

	*is_same = then->files_len <= now->files_len;
	for (size_t i = 0; e == ERR_OK && *is_same && i <= last; i++)
		e = is_same_file(
		    &then->files[i], &now->files[i], i == last, is_same, why);
	*out = (struct resume){ (uint32_t)last,
		record_number(checkpoint, "offset") };
	if (e == ERR_OK && *is_same)
		*is_same = out->offset <= then->files[last].id.size;
	if (e == ERR_OK && *is_same)
		e = ends_alike(
		    checkpoint, &now->files[last], out->offset, is_same, why);
	return e;
}

enum err
resume_find(const struct record *checkpoint, const struct source *s,
    bool *is_same, struct resume *out, struct problem *why)
{
	struct source then;
	enum err e;

	*is_same = false;
	e = source_of_text(record_get(checkpoint, "source"), &then);
	if (e == ERR_CORRUPT)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	e = compare(checkpoint, &then, s, is_same, out, why);
	source_cleanup(&then);
	return e;
}

enum err
resume_chunks(const struct source *s, struct resume from, uint64_t chunk_size,
    struct chunk **out, size_t *len)
{
	struct chunk *chunks;
	size_t all, kept = 0;
	enum err e = chunk_split(s, chunk_size, &chunks, &all);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < all; i++) {
		struct chunk c = chunks[i];

		if (c.file < from.file ||
		    (c.file == from.file && c.to <= from.offset))
			continue;
		if (c.file == from.file && c.from < from.offset)
			c.from = from.offset;
		chunks[kept++] = c;
	}
	*out = chunks;
	*len = kept;
	return ERR_OK;
}
