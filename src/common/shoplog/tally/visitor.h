#ifndef TRAWL_COMMON_SHOPLOG_TALLY_VISITOR_H
#define TRAWL_COMMON_SHOPLOG_TALLY_VISITOR_H

#include "common/shoplog/tally/country_index.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of an address, in four bytes: every line needs one of them, and
 * the less room they take the more of them are in the cache. */
struct visitor {
	union {
		struct {
			/* Of its last line, or one of those below. */
			uint32_t page : 23;
			/* Its goods id is in visitors.firsts. */
			uint32_t begins_with_cart : 1;
			/* country_index.h; 0: nobody is here. */
			uint32_t country : 8;
		};
		uint32_t all; /* to change some of it without a branch */
	};
};

enum {
	VISITOR_NO_PAGE = (1 << 23) - 1, /* its last line is something else */
	VISITOR_FAR_PAGE =
	    VISITOR_NO_PAGE - 1, /* it is in visitors.far_pages */
};

/* Meets a visitor if it is he who is asked for and his country is known: then his
 * last line is now of this page, what it was before goes to *before (all bits: none),
 * and the number of his country is returned; 0: he is not met. Without a branch, and
 * not for a log that has far pages.
 *
 * page  below VISITOR_FAR_PAGE, or all bits: none */
static inline uint8_t
visitor_meet(struct visitor *v, bool is_he, uint32_t page, uint32_t *before)
{
	const struct visitor any_page = { .page = VISITOR_NO_PAGE };
	struct visitor turned = { .page = page & VISITOR_NO_PAGE };
	struct visitor now = *v;
	/* All bits, or none: a compiler makes no branches of these. */
	uint32_t is_met = -(uint32_t)(is_he & country_is_kept(now.country));
	uint32_t had_none = -(uint32_t)(now.page == VISITOR_NO_PAGE);
	uint8_t country = (uint8_t)(now.country & is_met);

	*before = now.page | had_none;
	now.all ^= (now.all ^ turned.all) & any_page.all & is_met;
	*v = now;
	return country;
}

#endif
