#ifndef TRAWL_COMMON_BASE_SPAN_H
#define TRAWL_COMMON_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* A span is bytes that somebody else owns: borrowed, not terminated by NUL,
 * any byte allowed. {NULL, 0} is the empty span. */
struct span {
	const char *data;
	size_t len;
};

static inline struct span
span_of(const void *data, size_t len)
{
	return (struct span){ data, len };
}

/* The bytes of a C string without its NUL; the empty span for NULL. */
static inline struct span
span_text(const char *text)
{
	return (struct span){ text, text ? strlen(text) : 0 };
}

static inline bool
span_is_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || !memcmp(a.data, b.data, a.len));
}

/* The same but for the case of ASCII letters. */
static inline bool
span_is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && !strncasecmp(s.data, word, s.len);
}

/* Takes what lies before the first `mark` off the front of *rest, and the mark; without
 * a mark it takes all, and *rest is {NULL, 0} then. */
static inline struct span
span_cut(struct span *rest, char mark)
{
	const char *at = rest->len ? memchr(rest->data, mark, rest->len) : NULL;
	size_t len = at ? (size_t)(at - rest->data) : rest->len;
	struct span front = span_of(rest->data, len);

	*rest = at ? span_of(at + 1, rest->len - len - 1) : span_of(NULL, 0);
	return front;
}

/* Takes the first word off a list "word word ..."; false when none is left. */
static inline bool
span_take_word(struct span *rest, struct span *out)
{
	bool is_any = rest->len > 0;

	*out = span_cut(rest, ' ');
	return is_any;
}

/* Byte order, a shorter span before one that it begins: <0, 0, >0. */
static inline int
span_compare(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Reads all of `s` as an unsigned decimal number; leading zeros are allowed.
 * Returns false, *out untouched, when it is empty, has another byte, or does
 * not fit 64 bits. */
bool span_to_u64(struct span s, uint64_t *out);

/* A number in decimal digits. Borrowed from `room`, where it ends with the last
 * byte. */
enum { SPAN_U64_ROOM = 20 };
static inline struct span
span_of_u64(uint64_t number, char room[SPAN_U64_ROOM])
{
	char *end = room + SPAN_U64_ROOM, *at = end;

	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return span_of(at, (size_t)(end - at));
}

/* The value of a hexadecimal digit, 0 to 15; -1: it is none. */
static inline int
span_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20; /* the letters of both cases */
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
