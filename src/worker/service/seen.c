/* A digest may stand in one set of places, found by some of its bits. One that comes
 * takes the place that was noted longest ago: as long as no more sessions of a set
 * are in use than it has places, which is so for some ten thousand in all, none is
 * forgotten before its minute is over. */
#include "worker/service/seen.h"

#include <stdlib.h>
#include <string.h>

/* A set is a line of the cache. */
enum { SET_BITS = 12, SETS = 1 << SET_BITS, PLACES = 8, LINE = 64 };

struct place {
	uint32_t digest; /* other bits of it */
	uint32_t minute;
};

struct seen {
	_Alignas(LINE) struct place sets[SETS][PLACES];
};
_Static_assert(sizeof(struct place[PLACES]) == LINE, "each set is one");

struct seen *
seen_new(void)
{
	struct seen *s = aligned_alloc(LINE, sizeof(*s));

	return s ? memset(s, 0, sizeof(*s)) : NULL;
}

void
seen_free(struct seen *s)
{
	free(s);
}

static struct place *
oldest(struct place set[PLACES])
{
	struct place *found = set;

	for (size_t i = 1; i < PLACES; i++)
		if (set[i].minute < found->minute)
			found = &set[i];
	return found;
}

static struct place *
find(struct place set[PLACES], uint32_t digest)
{
	for (size_t i = 0; i < PLACES; i++)
		if (set[i].digest == digest && set[i].minute != 0)
			return &set[i];
	return NULL;
}

bool
seen_is_first(struct seen *s, const char *digest, int64_t minute)
{
	uint64_t bits;
	struct place *set, *known;

	/* 48 random bits as eight characters of base64url; the product's upper
	 * ones depend on all of them. */
	memcpy(&bits, digest, sizeof(bits));
	bits *= UINT64_C(0x9e3779b97f4a7c15);
	set = s->sets[bits >> (64 - SET_BITS)];
	known = find(set, (uint32_t)(bits >> 20));
	if (known && known->minute == (uint32_t)minute)
		return false;
	*(known ? known : oldest(set)) =
	    (struct place){ (uint32_t)(bits >> 20), (uint32_t)minute };
	return true;
}
