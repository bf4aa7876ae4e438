#ifndef TRAWL_TRANSPORT_FIELDS_H
#define TRAWL_TRANSPORT_FIELDS_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The headers of one request that somebody here reads. They are kept as places
 * in the head, because the head may move until it is whole; every call is told
 * where it begins now (`base`). */

/* Name, and what a second one of the name means: two of the ONCE ones are two
 * ways to read one request, and refused; LIST ones are joined. */
#define FIELD_LIST(X)                                   \
	X(HOST, "host", ONCE)                           \
	X(CONTENT_LENGTH, "content-length", ONCE)       \
	X(TRANSFER_ENCODING, "transfer-encoding", ONCE) \
	X(EXPECT, "expect", ONCE)                       \
	X(AUTHORIZATION, "authorization", ONCE)         \
	X(CONTENT_TYPE, "content-type", ONCE)           \
	X(USER_AGENT, "user-agent", ONCE)               \
	X(LAST_EVENT_ID, "last-event-id", ONCE)         \
	X(IF_NONE_MATCH, "if-none-match", LIST)         \
	X(PREFER, "prefer", LIST)                       \
	X(X_FORWARDED_FOR, "x-forwarded-for", LIST)

enum field {
#define X(name, text, again) FIELD_##name,
	FIELD_LIST(X)
#undef X
	    FIELDS,
};

struct part {
	uint32_t at, len; /* bytes from `base` */
};

/* Zeroed is empty. */
struct fields {
	struct part name, value; /* the one that is being read */
	struct part values[FIELDS];
	bool has[FIELDS];
	char *joined[FIELDS]; /* several of a LIST one; memory: the arena */
};

/* Adds [at, at + len) to a part that may come in pieces, all contiguous. */
static inline void
part_extend(struct part *p, const char *base, const char *at, size_t len)
{
	if (p->len == 0)
		p->at = (uint32_t)(at - base);
	p->len = (uint32_t)(at + len - base) - p->at;
}

static inline struct span
part_text(struct part p, const char *base)
{
	return span_of(base + p.at, p.len);
}

/* The name and the value that were being read are whole: keeps or drops them.
 * ERR_BAD_REQUEST for a second one of a kind that may come once. */
enum err fields_end(struct fields *f, const char *base, struct arena *arena);

/* Without blanks around it; empty when there is none, or an empty one. */
static inline struct span
fields_get(const struct fields *f, const char *base, enum field which)
{
	if (!f->has[which])
		return span_of(NULL, 0);
	return f->joined[which] ? span_text(f->joined[which])
				: part_text(f->values[which], base);
}

/* Whether there is one and it says `text`, in any case of letters. */
bool fields_is(const struct fields *f, const char *base, enum field which,
    const char *text);

#endif
