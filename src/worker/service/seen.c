/* A table of one place a digest, found by its first bits: who comes takes the
 * place of who was there. */
#include "worker/service/seen.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 1 << 16 };

struct seen {
	struct {
		uint64_t digest; /* its first eight characters */
		int64_t minute;
	} places[PLACES];
};

struct seen *
seen_new(void)
{
	return calloc(1, sizeof(struct seen));
}

void
seen_free(struct seen *s)
{
	free(s);
}

bool
seen_is_first(struct seen *s, const char *digest, int64_t minute)
{
	uint64_t head;
	size_t place;

	/* 48 random bits as eight characters of base64url; the product's upper
	 * bits depend on all of them. */
	memcpy(&head, digest, sizeof(head));
	place = head * UINT64_C(0x9e3779b97f4a7c15) >> (64 - 16);
	if (s->places[place].digest == head &&
	    s->places[place].minute == minute)
		return false;
	s->places[place].digest = head;
	s->places[place].minute = minute;
	return true;
}
