#ifndef TRAWL_COMMON_BASE_SETTING_H
#define TRAWL_COMMON_BASE_SETTING_H

#include "common/base/complaints.h"

#include <stddef.h>
#include <stdint.h>

/* One setting by itself: what may be said of it. Its kinds are described where
 * all settings are (config.h). */
enum setting_kind {
	SETTING_text,
	SETTING_hidden,
	SETTING_flag,
	SETTING_number
};

struct setting {
	const char *name;
	enum setting_kind kind;
	const char *fallback; /* when it is not given */
	int64_t minimum, maximum;
	const char *help;
	size_t offset; /* of the field in struct config */
};

/* Writes what `value` says into its field: a bool, an int64_t, or, of a text, the
 * value itself, which is to live as long. NULL: it is not given. What is wrong with
 * it is a complaint. */
void setting_read(const struct setting *s, const char *value, void *field,
    struct complaints *bad);

/* Complains of a value, for reasons that the kind does not know.
 *
 * accepted  in words */
void setting_refuse(const struct setting *s, const char *value,
    const char *accepted, struct complaints *bad);

#endif
