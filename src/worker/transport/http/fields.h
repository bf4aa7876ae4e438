#ifndef TRAWL_WORKER_TRANSPORT_HTTP_FIELDS_H
#define TRAWL_WORKER_TRANSPORT_HTTP_FIELDS_H

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
	X(EXPECT, "expect", LIST)                       \
	X(AUTHORIZATION, "authorization", ONCE)         \
	X(CONTENT_TYPE, "content-type", ONCE)           \
	X(CONTENT_ENCODING, "content-encoding", LIST)   \
	X(USER_AGENT, "user-agent", ONCE)               \
	X(LAST_EVENT_ID, "last-event-id", ONCE)         \
	X(IF_NONE_MATCH, "if-none-match", LIST)         \
	X(IF_MATCH, "if-match", LIST)                   \
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

/* Empty when all before `values` is zero. */
struct fields {
	struct part name, value; /* the one that is being read */
	bool has[FIELDS];
	bool is_joined[FIELDS]; /* it came several times */
	union field_value {
		struct part part;
		char *joined; /* memory: the arena */
	} values[FIELDS];
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

/* Without the blanks behind it. */
static inline struct part
part_trim(struct part p, const char *base)
{
	const char *text = base + p.at;

	while (p.len > 0 && (text[p.len - 1] == ' ' || text[p.len - 1] == '\t'))
		p.len--;
	return p;
}

/* Which header has this name; FIELDS: none that is kept. Whatever byte could not
 * stand in a name is in none of them. */
enum field fields_find(struct span name);

/* Keeps a value, without blanks around it; drops it when `which` is FIELDS.
 * ERR_BAD_REQUEST for a second one of a kind that may come once. */
enum err fields_add(struct fields *f, const char *base, enum field which,
    struct part value, struct arena *arena);

/* The same for the name and the value that were being read: they are whole. The
 * value may have blanks behind it. */
enum err fields_end(struct fields *f, const char *base, struct arena *arena);

/* Without blanks around it; empty when there is none, or an empty one. */
static inline struct span
fields_get(const struct fields *f, const char *base, enum field which)
{
	if (!f->has[which])
		return span_of(NULL, 0);
	return f->is_joined[which] ? span_text(f->values[which].joined)
				   : part_text(f->values[which].part, base);
}

/* Whether there is one and it says `text`, in any case of letters. */
bool fields_is(const struct fields *f, const char *base, enum field which,
    const char *text);

#endif
