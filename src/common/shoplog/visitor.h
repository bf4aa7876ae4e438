#ifndef TRAWL_COMMON_SHOPLOG_VISITOR_H
#define TRAWL_COMMON_SHOPLOG_VISITOR_H

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

#endif
