#ifndef TRAWL_COMMON_GEO_COUNTRY_H
#define TRAWL_COMMON_GEO_COUNTRY_H

#include "common/base/span.h"

#include <stdint.h>

/* A country is a small number made from its two-character code, so that counts
 * by country are an array: 0 is "unknown", 1 + 36 * a + b the code with digits
 * (0-9 A-Z, 36 of them) a and b. */
enum {
	COUNTRY_UNKNOWN = 0,
	COUNTRIES = 1 + 36 * 36,
};

/* COUNTRY_UNKNOWN for anything that is not two of 0-9 A-Z a-z, and for "AP" and
 * "EU", which databases use for "somewhere there". */
uint16_t country_from_code(struct span code);

/* Two characters and NUL; "??" for COUNTRY_UNKNOWN. */
void country_code(uint16_t country, char out[3]);

/* ISO 3166 in iso-codes (common_name, else name), compiled in; the code itself
 * where there is none. Static memory. */
const char *country_name(uint16_t country);

#endif
