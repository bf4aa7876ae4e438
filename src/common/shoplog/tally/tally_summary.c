#include "common/shoplog/tally/tally_summary.h"

#include "common/shoplog/table/bytes.h"

void
tally_summary_init(struct tally_summary *s)
{
	*s =
	    (struct tally_summary){ .first_s = INT64_MAX, .last_s = INT64_MIN };
}

void
tally_summary_widen(struct tally_summary *s, int64_t first_s, int64_t last_s)
{
	if (first_s < s->first_s)
		s->first_s = first_s;
	if (last_s > s->last_s)
		s->last_s = last_s;
}

static void
add_place(struct tally_summary *s, struct malformed_place place)
{
	if (s->places_len < MALFORMED_PLACES)
		s->places[s->places_len++] = place;
}

void
tally_summary_add_malformed(
    struct tally_summary *s, struct malformed_place place)
{
	s->lines = add_saturating(s->lines, 1);
	s->malformed = add_saturating(s->malformed, 1);
	add_place(s, place);
}

void
tally_summary_append(
    struct tally_summary *left, const struct tally_summary *right)
{
	left->lines = add_saturating(left->lines, right->lines);
	left->malformed = add_saturating(left->malformed, right->malformed);
	left->other = add_saturating(left->other, right->other);
	left->bytes = add_saturating(left->bytes, right->bytes);
	tally_summary_widen(left, right->first_s, right->last_s);
	for (uint32_t i = 0; i < right->places_len; i++)
		add_place(left, right->places[i]);
}
