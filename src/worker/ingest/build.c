/* A generation out of a tally and reduced shards:
 *
 *	build_checkpoint  days, categories, votes, and all segments by name
 *	build_manifest    the same segments, but for those that the tail changes
 */
#include "worker/ingest/build.h"

#include "common/base/civil.h"
#include "common/shoplog/answer/categories.h"
#include "common/shoplog/answer/day.h"
#include "common/shoplog/answer/votes.h"
#include "worker/ingest/base.h"
#include "worker/ingest/build_months.h"
#include "worker/ingest/fold.h"
#include "worker/store/jobs/generation.h"
#include "worker/store/segments/named_segments.h"
#include "worker/store/segments/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { NAME_SIZE = 32, VOTES_SHARD = 0 };

/* The categories of the base and of these days (NULL: none). */
static enum err
list_categories(const struct build *b, const struct build_days *days,
    struct span **out, size_t *len)
{
	struct span *names = NULL, *all;
	size_t names_len = 0, base_len = 0, i = 0, j = 0;
	enum err e = ERR_OK;

	if (days)
		e = categories_of_days(
		    days->days, days->len, b->arena, &names, &names_len);
	if (b->base)
		base_len = b->base->categories_len;
	all = arena_alloc(b->arena, (names_len + base_len + 1) * sizeof(*all));
	if (e != ERR_OK || !all)
		return e != ERR_OK ? e : ERR_NO_MEMORY;
	*len = 0;
	while (i < names_len || j < base_len) {
		const struct span *base =
		    j < base_len ? &b->base->categories[j] : NULL;
		int order = 1;

		if (!base)
			order = -1;
		else if (i < names_len)
			order = span_compare(names[i], *base);
		all[(*len)++] = order <= 0 ? names[i] : *base;
		i += order <= 0;
		j += order >= 0;
	}
	*out = all;
	return ERR_OK;
}

static enum err
put_categories(const struct build *b, const struct build_days *days,
    const struct build_days *known, bool is_tail, struct record *out)
{
	struct span *names, *known_names;
	size_t len, known_len = 0;
	char id[SEGMENT_ID_SIZE];
	enum err e = list_categories(b, days, &names, &len);

	if (e == ERR_OK)
		e = list_categories(b, known, &known_names, &known_len);
	/* What follows can only add one. */
	if (e != ERR_OK || len == known_len)
		return e;
	build_segment_id(id, b, is_tail, "categories");
	e = segment_put_names(b->bulk, id, names, len);
	return e == ERR_OK ? record_put_text(out, "categories", id) : e;
}

enum err
build_votes(const struct tally *t, struct arena *a, struct span *out)
{
	uint8_t *bytes;
	size_t len;
	enum err e = votes_encode(t, &bytes, &len);
	const char *copy;

	if (e != ERR_OK)
		return e;
	copy = arena_copy(a, span_of(bytes, len));
	free(bytes);
	*out = span_of(copy, len);
	return copy ? ERR_OK : ERR_NO_MEMORY;
}

static enum err
put_votes(
    const struct build *b, struct span bytes, bool is_tail, struct record *out)
{
	struct fold f = { .kind = FOLD_VOTES,
		.list = b->base ? &b->base->votes : NULL,
		.shard = VOTES_SHARD },
		    *folds[] = { &f };
	uint8_t *copy = malloc(bytes.len);
	struct span ids;
	enum err e = copy ? ERR_OK : ERR_NO_MEMORY;

	build_segment_id(f.id, b, is_tail, "votes");
	if (e == ERR_OK) {
		memcpy(copy, bytes.data, bytes.len);
		fold_begin(&f, b, copy, bytes.len);
		e = folds_fetch(b, folds, 1);
	}
	if (e == ERR_OK)
		e = fold_end(&f, b, &ids);
	fold_cleanup(&f);
	return e == ERR_OK ? record_put(out, "votes", ids) : e;
}

/* One field a shard: "carts:03" -> a base and its deltas. */
static enum err
put_shards(const struct record *reduced, const char *name, bool is_tail,
    struct record *out)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		struct span base = record_get(&reduced[i], name);
		struct span delta = { NULL, 0 };
		char field[NAME_SIZE];
		const char *ids;

		if (is_tail)
			delta = record_get(&reduced[i], "tail carts");
		if (base.len + delta.len == 0)
			continue;
		snprintf(field, sizeof(field), "%s:%02u", name, i);
		ids = arena_printf(out->arena, "%.*s%s%.*s", (int)base.len,
		    base.data, base.len && delta.len ? " " : "", (int)delta.len,
		    delta.data);
		e = ids ? record_put_text(out, field, ids) : ERR_NO_MEMORY;
	}
	return e;
}

static enum err
put_summary(const struct build *b, const struct tally *t,
    struct span generation, struct record *out)
{
	const struct tally_summary *s = tally_summary(t);
	const struct source *source = &b->job->source;
	char number[NAME_SIZE], now[CIVIL_MOMENT_TEXT], parsed_at[NAME_SIZE];
	struct parse_summary summary = {
		.generation = generation,
		.mode = b->job->mode,
		.geo = b->job->geo,
		.lines = s->lines,
		.bytes = s->bytes,
		.malformed = s->malformed,
		.other = s->other,
		.first_s = s->first_s,
		.last_s = s->last_s,
		.places_len = s->places_len,
		.files_len = source->files_len,
	};
	struct span *files =
	    arena_alloc(b->arena, source->files_len * sizeof(*files));
	struct timespec ts;

	if (!files)
		return ERR_NO_MEMORY;
	clock_gettime(CLOCK_REALTIME, &ts);
	civil_moment_format(civil_moment_of_unix(ts.tv_sec), now);
	snprintf(parsed_at, sizeof(parsed_at), "%sZ", now);
	snprintf(number, sizeof(number), "%" PRId64, b->job->number);
	summary.job = span_text(number);
	summary.parsed_at = span_text(parsed_at);
	for (size_t i = 0; i < source->files_len; i++)
		files[i] = span_text(basename(source->files[i].path));
	summary.files = files;
	for (size_t i = 0; i < s->places_len; i++) {
		summary.places[i].file = s->places[i].file;
		summary.places[i].offset = s->places[i].offset;
	}
	return summary_to_record(&summary, out);
}

static enum err
put_digest(struct record *r, const char *name,
    const uint8_t digest[SOURCE_DIGEST_SIZE])
{
	char text[SOURCE_DIGEST_TEXT];

	source_digest_text(text, digest);
	return record_put_text(r, name, text);
}

/* What tells the next parse whether it can go on from here: the files, and the
 * bytes before the place where it would. */
static enum err
put_position(const struct build *b, uint64_t tail_bytes, struct record *out,
    struct problem *why)
{
	const struct source *s = &b->job->source;
	const struct source_file *last = &s->files[s->files_len - 1];
	uint64_t offset = last->id.size - tail_bytes;
	uint8_t digest[SOURCE_DIGEST_SIZE];
	enum err e = ERR_OK;

	if (record_put(out, "source", b->job->source_text) != ERR_OK ||
	    record_put_number(out, "offset", offset) != ERR_OK)
		return ERR_NO_MEMORY;
	if (offset > 0) {
		e = source_file_digest_before(last, offset, digest, why);
		if (e == ERR_OK)
			e = put_digest(out, "before", digest);
	}
	return e;
}

static enum err
name_generation(const struct build *b, struct span *out)
{
	uint32_t random;
	char *text;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return ERR_INTERNAL;
	text = arena_printf(
	    b->arena, "%" PRId64 "-%08" PRIx32, b->job->number, random);
	*out = span_text(text);
	return text ? ERR_OK : ERR_NO_MEMORY;
}

/* Whether a field of the checkpoint is of interest to readers: not the border
 * state and the place where the next parse goes on. */
static bool
is_for_readers(struct span name)
{
	static const char addresses[] = "addresses:";

	return !(name.len > sizeof(addresses) - 1 &&
		   memcmp(name.data, addresses, sizeof(addresses) - 1) == 0) &&
	       !span_is_equal(name, span_text("source")) &&
	       !span_is_equal(name, span_text("offset")) &&
	       !span_is_equal(name, span_text("before"));
}

/* What does not change is named again. */
static enum err
put_base(const struct build *b, struct record *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0;
	     e == ERR_OK && b->base && i < b->base->checkpoint.len; i++) {
		const struct record_field *f = &b->base->checkpoint.fields[i];

		if (named_segments_is_field(f->name))
			e = record_add(out, f->name, f->value);
	}
	return e;
}

/* Whether there is a vote in it. */
static enum err
has_votes(struct span votes, bool *out)
{
	struct tally *none = tally_new(NULL);
	uint8_t *bytes = NULL;
	size_t len = 0;
	enum err e = none ? votes_encode(none, &bytes, &len) : ERR_NO_MEMORY;

	*out = e == ERR_OK && !span_is_equal(votes, span_of(bytes, len));
	free(bytes);
	tally_free(none);
	return e;
}

enum err
build_checkpoint(const struct build *b, const struct tally *t,
    uint64_t tail_bytes, struct span votes, const struct record *reduced,
    const struct build_days *known, struct record *out, struct build_days *days,
    struct problem *why)
{
	struct span generation;
	bool is_voted = true;
	enum err e = name_generation(b, &generation);

	if (e == ERR_OK)
		e = put_base(b, out);
	if (e == ERR_OK && b->base)
		e = has_votes(votes, &is_voted);
	if (e == ERR_OK)
		e = build_days_of(b, t, reduced, false, days);
	if (e == ERR_OK)
		e = put_summary(b, t, generation, out);
	if (e == ERR_OK)
		e = put_position(b, tail_bytes, out, why);
	if (e == ERR_OK)
		e = build_months(b, days, known, out);
	if (e == ERR_OK)
		e = put_categories(b, days, NULL, false, out);
	if (e == ERR_OK && is_voted)
		e = put_votes(b, votes, false, out);
	if (e == ERR_OK)
		e = put_shards(reduced, "carts", false, out);
	if (e == ERR_OK)
		e = put_shards(reduced, "addresses", false, out);
	return e;
}

/* The segments that are others with the tail. */
static enum err
put_tail(const struct build *b, const struct tally *t,
    const struct build_tail *tail, const struct record *reduced,
    struct record *manifest)
{
	struct build_days days = { 0 };
	enum err e = build_days_of(b, t, reduced, true, &days);

	if (e == ERR_OK)
		e = build_months_tail(b, &days, tail->days, manifest);
	if (e == ERR_OK)
		e = put_categories(b, &days, tail->days, true, manifest);
	if (e == ERR_OK && tail->votes.len > 0)
		e = put_votes(b, tail->votes, true, manifest);
	return e == ERR_OK ? put_shards(reduced, "carts", true, manifest) : e;
}

/* What readers are told; the next parse compares the source alone. */
static enum err
put_geo_with_note(const struct build *b, struct record *manifest)
{
	struct span geo = b->job->geo, note = b->job->geo_note;
	const char *text = arena_printf(b->arena, "%.*s (%.*s)", (int)geo.len,
	    geo.data, (int)note.len, note.data);

	return text ? record_put_text(manifest, "geo", text) : ERR_NO_MEMORY;
}

enum err
build_manifest(const struct build *b, const struct tally *t,
    const struct build_tail *tail, const struct record *reduced,
    const struct record *checkpoint, struct record *manifest,
    struct record *job)
{
	struct span generation = record_get(checkpoint, "generation");
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < checkpoint->len; i++)
		if (is_for_readers(checkpoint->fields[i].name))
			e = record_add(manifest, checkpoint->fields[i].name,
			    checkpoint->fields[i].value);
	if (e == ERR_OK && tail)
		e = put_tail(b, t, tail, reduced, manifest);
	if (e == ERR_OK)
		e = put_summary(b, t, generation, manifest);
	if (e == ERR_OK && b->job->geo_note.len > 0)
		e = put_geo_with_note(b, manifest);
	return e == ERR_OK ? put_summary(b, t, generation, job) : e;
}
