#ifndef TRAWL_COMMON_SHOPLOG_SCAN_EVENT_H
#define TRAWL_COMMON_SHOPLOG_SCAN_EVENT_H

#include "common/base/span.h"
#include "common/geo/geo.h"
#include "common/shoplog/scan/visit.h"

#include <stdbool.h>
#include <stdint.h>

/* One well-formed line of the shop log, read. */
enum event_kind {
	EVENT_HOME,
	EVENT_CATEGORY, /* category */
	EVENT_GOODS,    /* category, goods */
	EVENT_CART,     /* goods_id, cart_id */
	EVENT_PAY,      /* user_id, cart_id */
	EVENT_SUCCESS,  /* cart_id */
	EVENT_OTHER,
};

struct event {
	enum event_kind kind;
	int32_t day;            /* civil.h */
	uint32_t second;        /* of the day, 0 to 86399 */
	struct address address; /* whose request it was */
	struct span category;   /* borrowed from the line */
	struct span goods;      /* borrowed from the line */
	uint64_t goods_id;
	uint64_t cart_id;
	uint64_t user_id;
};

static inline bool
event_is_of_cart(enum event_kind kind)
{
	return kind == EVENT_CART || kind == EVENT_PAY || kind == EVENT_SUCCESS;
}

/* What the part of a URL behind its host asks for. Fills what of *out goes with
 * that kind; the rest is undefined; out->kind is left to the caller. Pure. */
enum event_kind event_classify(struct span rest, struct event *out);

/* Reads a line without its end (neither "\n" nor the "\r" before it).
 * Returns false when the line is malformed; *out is undefined then. An empty
 * line is not a line: the caller has skipped it. Pure, any thread. */
bool event_parse(struct span line, struct event *out);

#endif
