#ifndef TRAWL_BENCH_PUT_H
#define TRAWL_BENCH_PUT_H

#include "printer.h"

#include <string.h>

/* Bytes into the buffer of a printer. Nothing is checked: a line always finds
 * PRINTER_ROOM. */
static inline void
put(struct printer *p, const char *text, size_t len)
{
	memcpy(p->buffer + p->len, text, len);
	p->len += len;
}

static inline void
put_text(struct printer *p, const char *text)
{
	put(p, text, strlen(text));
}

static inline void
put_char(struct printer *p, char c)
{
	p->buffer[p->len++] = c;
}

static inline void
put_number(struct printer *p, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	put(p, digits + at, sizeof(digits) - at);
}

static inline void
put_two_digits(struct printer *p, uint64_t value)
{
	put_char(p, (char)('0' + value / 10));
	put_char(p, (char)('0' + value % 10));
}

#endif
