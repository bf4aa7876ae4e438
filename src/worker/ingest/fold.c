/* The three sorts of lists differ only in how two of their segments become one. */
#include "worker/ingest/fold.h"

#include "common/shoplog/addresses.h"
#include "common/shoplog/columns_join.h"
#include "common/shoplog/votes.h"
#include "worker/store/segment_read.h"

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

struct folding {
	size_t count; /* of the list's newest that are folded */
	bool is_base;
	struct segment_part *parts; /* their bytes */
};

/* Decides, and fetches what is folded. */
static enum err
begin(const struct fold *f, uint64_t bytes, struct folding *out)
{
	const struct build *b = f->build;
	size_t before;

	*out = (struct folding){ .is_base = true };
	if (!f->list || f->list->len == 0)
		return ERR_OK;
	out->count =
	    fold_count(f->list, bytes, fold_is_turn(b->job->number, f->shard));
	out->is_base = out->count == f->list->len;
	if (out->count == 0)
		return ERR_OK;
	out->parts =
	    arena_alloc(b->arena, (out->count + 1) * sizeof(*out->parts));
	if (!out->parts)
		return ERR_NO_MEMORY;
	before = f->list->len - out->count;
	for (size_t i = 0; i < out->count; i++)
		out->parts[i] =
		    (struct segment_part){ .id = f->list->ids[before + i],
			    .to = f->list->sizes[before + i] };
	return segment_parts(b->reader, out->parts, out->count, b->arena);
}

/* takes `bytes` */
static enum err
end(const struct fold *f, const struct folding *g, uint8_t *bytes, size_t len,
    struct span *ids)
{
	size_t kept = f->list ? f->list->len - g->count : 0;
	size_t size = strlen(f->id);
	enum err e =
	    segment_put_bytes(f->build->bulk, f->id, span_of(bytes, len));
	char *text, *to;

	free(bytes);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < kept; i++)
		size += f->list->ids[i].len + 1;
	text = to = arena_alloc(f->build->arena, size + 1);
	if (!text)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < kept; i++) {
		memcpy(to, f->list->ids[i].data, f->list->ids[i].len);
		to += f->list->ids[i].len;
		*to++ = ' ';
	}
	memcpy(to, f->id, strlen(f->id));
	*ids = span_of(text, size);
	return ERR_OK;
}

/* out := the segments, then c */
static enum err
join_carts(const struct folding *g, const struct columns *c, struct arena *a,
    struct columns *out)
{
	struct columns *parts = arena_alloc(a, (g->count + 1) * sizeof(*parts));
	size_t len = 0;
	enum err e = parts ? ERR_OK : ERR_NO_MEMORY;

	while (e == ERR_OK && len < g->count) {
		e = columns_decode(g->parts[len].bytes, &parts[len]);
		len += e == ERR_OK;
	}
	if (e == ERR_OK) {
		parts[len] = *c;
		e = columns_join(parts, len + 1, out);
	}
	while (len > 0)
		columns_cleanup(&parts[--len]);
	return e;
}

enum err
fold_carts(const struct fold *f, const struct columns *c, struct span *ids)
{
	struct columns sum = { 0 };
	struct folding g;
	uint8_t *bytes;
	size_t len;
	enum err e = columns_encode(c, &bytes, &len);

	if (e != ERR_OK)
		return e;
	e = begin(f, len, &g);
	if (e == ERR_OK && g.count > 0) {
		free(bytes);
		bytes = NULL;
		e = join_carts(&g, c, f->build->arena, &sum);
		if (e == ERR_OK)
			e = columns_encode(&sum, &bytes, &len);
		columns_cleanup(&sum);
	}
	if (e != ERR_OK) {
		free(bytes);
		return e;
	}
	return end(f, &g, bytes, len, ids);
}

static enum err
join_addresses(const struct fold *f, const struct folding *g,
    struct span newest, uint8_t **bytes, size_t *len)
{
	struct tally *t = tally_new(NULL);
	enum err e = t ? ERR_OK : ERR_NO_MEMORY;

	for (size_t i = 0; e == ERR_OK && i < g->count; i++)
		e = addresses_append(t, f->shard, g->parts[i].bytes);
	if (e == ERR_OK)
		e = addresses_append(t, f->shard, newest);
	if (e == ERR_OK)
		e = addresses_encode(t, f->shard, !g->is_base, bytes, len);
	tally_free(t);
	return e;
}

enum err
fold_addresses(const struct fold *f, const struct tally *t, struct span *ids)
{
	bool is_first = !f->list || f->list->len == 0;
	uint8_t *bytes, *joined = NULL;
	struct folding g;
	size_t len;
	enum err e = addresses_encode(t, f->shard, !is_first, &bytes, &len);

	if (e != ERR_OK)
		return e;
	e = begin(f, len, &g);
	if (e == ERR_OK && g.count > 0) {
		e = join_addresses(f, &g, span_of(bytes, len), &joined, &len);
		free(bytes);
		bytes = joined;
	}
	if (e != ERR_OK) {
		free(bytes);
		return e;
	}
	return end(f, &g, bytes, len, ids);
}

enum err
fold_votes(const struct fold *f, struct span newest, struct span *ids)
{
	struct tally *t = tally_new(NULL);
	uint8_t *bytes = NULL;
	struct folding g;
	size_t len;
	enum err e = t ? begin(f, newest.len, &g) : ERR_NO_MEMORY;

	for (size_t i = 0; e == ERR_OK && i < g.count; i++)
		e = votes_append(t, g.parts[i].bytes);
	if (e == ERR_OK)
		e = votes_append(t, newest);
	if (e == ERR_OK)
		e = votes_encode(t, &bytes, &len);
	tally_free(t);
	return e == ERR_OK ? end(f, &g, bytes, len, ids) : e;
}
