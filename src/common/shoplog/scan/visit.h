#ifndef TRAWL_COMMON_SHOPLOG_SCAN_VISIT_H
#define TRAWL_COMMON_SHOPLOG_SCAN_VISIT_H

#include "common/base/span.h"
#include "common/geo/address.h"
#include "common/shoplog/table/hash_table.h"

#include <stdbool.h>
#include <stdint.h>

/* An address as a key, network order, two halves; and back. */
static inline struct hash_key
visitor_key(const struct address *ip)
{
	uint64_t half[2];

	memcpy(half, ip->bytes, sizeof(half));
	return (struct hash_key){ be64toh(half[0]), be64toh(half[1]) };
}

static inline struct address
visitor_address(struct hash_key key)
{
	uint64_t half[2] = { htobe64(key.high), htobe64(key.low) };
	struct address ip;

	memcpy(ip.bytes, half, sizeof(half));
	return ip;
}

static inline bool
visitor_is_ipv4(struct hash_key key)
{
	return (key.high | (key.low >> 32 ^ 0xffff)) == 0;
}

static inline struct hash_key
visitor_key_of_ipv4(uint32_t ip)
{
	return (struct hash_key){ 0, UINT64_C(0xffff) << 32 | ip };
}

/* A well-formed line whose URL has not been looked into: who asked, when, and
 * the bytes that say for what. event_classify() (event.h) reads those. */
struct visit {
	struct hash_key ip; /* visitor_key() of whose request it was */
	uint32_t second;    /* of the day, 0 to 86399 */
	int32_t day;        /* civil.h */
	struct span rest;   /* of the URL, behind the host; borrowed */
};

/* The day in the upper half and the second in the lower one: later is more. */
static inline int64_t
visit_moment(const struct visit *v)
{
	return (int64_t)((uint64_t)(uint32_t)v->day << 32 | v->second);
}

static inline int32_t
visit_day_of(int64_t moment)
{
	return (int32_t)(moment >> 32);
}

/* In seconds since 1970. */
static inline int64_t
visit_second_of(int64_t moment)
{
	return visit_day_of(moment) * INT64_C(86400) + (uint32_t)moment;
}

/* The fields of a line, in their order. */
enum visit_field {
	FIELD_SERVICE,
	FIELD_BAR,
	FIELD_DATE,
	FIELD_TIME,
	FIELD_REQUEST,
	FIELD_LEVEL,
	FIELD_ADDRESS,
	FIELD_URL,
	VISIT_FIELDS,
};

/* A line with more bytes than this before its end is malformed. */
enum { LINE_MAX_BYTES = 64 * 1024 };

/* Reads a line without its end (neither "\n" nor the "\r" before it). This is
 * what a well-formed line is; whatever is quicker (scan.h) must agree with it.
 *
 * field  where each field lies, borrowed from the line
 * Returns false when the line is malformed; *out is undefined then. An empty
 * line is not a line: the caller has skipped it. Pure, any thread. */
bool visit_read(
    struct span line, struct visit *out, struct span field[VISIT_FIELDS]);

/* Cuts a URL: what is behind the host, path, query and fragment, goes to *rest.
 * false when it is no URL. The URL has one byte at least. */
bool visit_read_url(struct span url, struct span *rest);

#endif
