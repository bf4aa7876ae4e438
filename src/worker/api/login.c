/* Normal form and character properties are libunistring's. */
#include "worker/api/login.h"

#include <stdlib.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum err
login_normalize(struct arena *a, struct span text, struct span *out)
{
	size_t len;
	uint8_t *normal = u8_normalize(
	    UNINORM_NFC, (const uint8_t *)text.data, text.len, NULL, &len);
	const char *copy;

	if (!normal)
		return ERR_NO_MEMORY;
	*out = text;
	if (!span_is_equal(span_of(normal, len), text)) {
		copy = arena_copy(a, span_of(normal, len));
		*out = span_of(copy, len);
	}
	free(normal);
	return out->data ? ERR_OK : ERR_NO_MEMORY;
}

const char *
login_refusal(struct span login)
{
	const uint8_t *at = (const uint8_t *)login.data;
	const uint8_t *end = at + login.len;
	bool is_first = true, is_blank = false;
	ucs4_t c;

	while (at < end) {
		at += u8_mbtouc(&c, at, (size_t)(end - at));
		if (uc_is_property_default_ignorable_code_point(c) ||
		    uc_is_general_category(c, UC_FORMAT) ||
		    uc_is_general_category(c, UC_LINE_SEPARATOR) ||
		    uc_is_general_category(c, UC_PARAGRAPH_SEPARATOR))
			return "Invisible characters are not allowed.";
		is_blank = uc_is_property_white_space(c);
		if (is_first && is_blank)
			break;
		is_first = false;
	}
	return is_blank ? "Leading and trailing blanks are not allowed." : NULL;
}
