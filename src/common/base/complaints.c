/* Lines of what is wrong, as many as a `struct problem` holds. */
#include "common/base/complaints.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_SHOWN_MAX = 40 };

_Static_assert(COMPLAINTS_VALUE_TEXT >= VALUE_SHOWN_MAX + sizeof("\"...\""),
    "a cut value fits");

void
complaints_add(struct complaints *c, const char *format, ...)
{
	size_t start = c->len ? c->len + 1 : 0; /* behind a newline */
	size_t room = start < sizeof(c->text) ? sizeof(c->text) - start : 0;
	va_list ap;
	int len;

	va_start(ap, format);
	len = vsnprintf(room ? c->text + start : NULL, room, format, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= room) {
		c->text[c->len] = '\0';
		c->left_off++;
		return;
	}
	if (start)
		c->text[start - 1] = '\n';
	c->len = start + (size_t)len;
}

enum err
complaints_end(const struct complaints *c, struct problem *why)
{
	if (c->len == 0 && c->left_off == 0)
		return ERR_OK;
	if (c->left_off == 0)
		return problem_set(why, ERR_INVALID, "%s", c->text);
	return problem_set(
	    why, ERR_INVALID, "%s\nand %u more", c->text, c->left_off);
}

const char *
complaints_show(char out[COMPLAINTS_VALUE_TEXT], const char *value)
{
	size_t len = 0;

	out[len++] = '"';
	for (; *value && len <= VALUE_SHOWN_MAX; value++) {
		bool is_control = (unsigned char)*value < 32 || *value == 127;

		out[len++] = is_control ? '?' : *value;
	}
	strcpy(out + len, *value ? "...\"" : "\"");
	return out;
}
