#ifndef TRAWL_COMMON_GEO_IPINFO_ANSWER_H
#define TRAWL_COMMON_GEO_IPINFO_ANSWER_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/geo/address.h"

#include <stddef.h>
#include <stdint.h>

/* What IPinfo says to a batch: one JSON object whose names are the questions,
 *
 *	{"8.8.8.8/country": "US", "2a02:6b8::1/country": "RU"}
 *
 * and whose values are codes of countries, or "" or null for none. Names that
 * nobody asked for are skipped; anything else makes the answer useless.
 *
 * asked      `len` different addresses
 * countries  `len` of them, filled on ERR_OK
 * Returns ERR_OK, ERR_NO_MEMORY, or ERR_NO_COUNTRIES with what is wrong: it is
 * no such object, or an address was left out. Pure, any thread. */
enum err ipinfo_answer_read(struct span body, const struct address *asked,
    size_t len, uint16_t *countries, struct problem *why)
    __attribute__((warn_unused_result));

/* The text of an address; IPv4 as four numbers. */
enum { ADDRESS_TEXT = 46 };
void ipinfo_address_format(const struct address *ip, char out[ADDRESS_TEXT]);

#endif
