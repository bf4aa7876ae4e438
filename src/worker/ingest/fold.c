/* The three sorts of lists differ only in how two of their segments become one. */
#include "worker/ingest/fold.h"

#include "common/shoplog/answer/votes.h"
#include "common/shoplog/carts/columns_join.h"
#include "common/shoplog/tally/addresses.h"
#include "worker/store/segments/segment_read.h"

#include <stdlib.h>
#include <string.h>

enum { BASE_PER_DELTAS = 10, BASE_PER_DELTAS_LATE = 5 };

size_t
fold_count(const struct base_list *list, uint64_t bytes, bool is_turn)
{
	uint64_t deltas = bytes, sum = bytes;
	size_t n = 0;

	if (list->len == 0)
		return 0;
	for (size_t i = 1; i < list->len; i++)
		deltas += list->sizes[i];
	if (deltas * BASE_PER_DELTAS_LATE >= list->sizes[0] ||
	    (is_turn && deltas * BASE_PER_DELTAS >= list->sizes[0]))
		return list->len;
	while (n + 1 < list->len && list->sizes[list->len - 1 - n] < 2 * sum)
		sum += list->sizes[list->len - 1 - n++];
	return n;
}

/* A job's number is a time, and jobs that follow a log begin at equal distances,
 * such as a multiple of SHARDS: so it hangs on all bits of the number. */
bool
fold_is_turn(int64_t job, unsigned shard)
{
	uint64_t high = (uint64_t)job * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	return high * SHARDS >> 32 == shard;
}

void
fold_begin(struct fold *f, const struct build *b, uint8_t *bytes, size_t len)
{
	f->newest = bytes;
	f->newest_len = len;
	if (f->list)
		f->count = fold_count(
		    f->list, len, fold_is_turn(b->job->number, f->shard));
}

void
fold_cleanup(struct fold *f)
{
	free(f->newest);
	f->newest = NULL;
}

static size_t
kept_of(const struct fold *f)
{
	return f->list ? f->list->len - f->count : 0;
}

enum err
folds_fetch(const struct build *b, struct fold *const *folds, size_t len)
{
	struct segment_part *parts;
	size_t all = 0, at = 0;

	for (size_t i = 0; i < len; i++)
		all += folds[i]->count;
	if (all == 0)
		return ERR_OK;
	parts = arena_alloc(b->arena, all * sizeof(*parts));
	if (!parts)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		struct fold *f = folds[i];

		f->parts = parts + at;
		for (size_t j = 0; j < f->count; j++)
			parts[at++] = (struct segment_part){
				.id = f->list->ids[kept_of(f) + j],
				.to = f->list->sizes[kept_of(f) + j]
			};
	}
	return segment_parts(b->reader, parts, all, b->arena);
}

/* The segments that become one, the newest last. */
static struct span
segment_at(const struct fold *f, size_t i)
{
	return i < f->count ? f->parts[i].bytes
			    : span_of(f->newest, f->newest_len);
}

static enum err
join_carts(const struct fold *f, struct arena *a, uint8_t **bytes, size_t *len)
{
	struct columns sum = { 0 };
	struct columns *all = arena_alloc(a, (f->count + 1) * sizeof(*all));
	size_t decoded = 0;
	enum err e = all ? ERR_OK : ERR_NO_MEMORY;

	while (e == ERR_OK && decoded <= f->count) {
		e = columns_decode(segment_at(f, decoded), &all[decoded]);
		decoded += e == ERR_OK;
	}
	if (e == ERR_OK)
		e = columns_join(all, decoded, &sum);
	if (e == ERR_OK)
		e = columns_encode(&sum, bytes, len);
	columns_cleanup(&sum);
	while (decoded > 0)
		columns_cleanup(&all[--decoded]);
	return e;
}

static enum err
join_addresses(
    const struct fold *f, struct tally *t, uint8_t **bytes, size_t *len)
{
	bool is_base = kept_of(f) == 0;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i <= f->count; i++)
		e = addresses_append(t, f->shard, segment_at(f, i));
	return e == ERR_OK ? addresses_encode(t, f->shard, !is_base, bytes, len)
			   : e;
}

static enum err
join_votes(const struct fold *f, struct tally *t, uint8_t **bytes, size_t *len)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i <= f->count; i++)
		e = votes_append(t, segment_at(f, i));
	return e == ERR_OK ? votes_encode(t, bytes, len) : e;
}

static enum err
join(const struct fold *f, struct arena *a, uint8_t **bytes, size_t *len)
{
	struct tally *t;
	enum err e;

	if (f->kind == FOLD_CARTS)
		return join_carts(f, a, bytes, len);
	t = tally_new(NULL);
	if (!t)
		return ERR_NO_MEMORY;
	e = f->kind == FOLD_ADDRESSES ? join_addresses(f, t, bytes, len)
				      : join_votes(f, t, bytes, len);
	tally_free(t);
	return e;
}

static enum err
write_segment(const struct fold *f, const struct build *b)
{
	struct span bytes = span_of(f->newest, f->newest_len);
	uint8_t *joined = NULL;
	enum err e = ERR_OK;

	if (f->count > 0) {
		e = join(f, b->arena, &joined, &bytes.len);
		bytes.data = (char *)joined;
	}
	if (e == ERR_OK)
		e = segment_put_bytes(b->bulk, f->id, bytes);
	free(joined);
	return e;
}

enum err
fold_end(const struct fold *f, const struct build *b, struct span *ids)
{
	size_t kept = kept_of(f), size = strlen(f->id);
	char *text, *to;
	enum err e = f->newest ? write_segment(f, b) : ERR_OK;

	for (size_t i = 0; i < kept; i++)
		size += f->list->ids[i].len + 1;
	text = to = arena_alloc(b->arena, size + 1);
	if (e != ERR_OK || !text)
		return e != ERR_OK ? e : ERR_NO_MEMORY;
	for (size_t i = 0; i < kept; i++) {
		memcpy(to, f->list->ids[i].data, f->list->ids[i].len);
		to += f->list->ids[i].len;
		*to++ = ' ';
	}
	if (f->newest)
		to = stpcpy(to, f->id);
	else if (kept > 0)
		to--;
	*to = '\0';
	*ids = span_of(text, (size_t)(to - text));
	return ERR_OK;
}
