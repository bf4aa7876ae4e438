#ifndef TRAWL_COMMON_GEO_ADDRESS_TABLE_H
#define TRAWL_COMMON_GEO_ADDRESS_TABLE_H

#include "common/base/err.h"
#include "common/geo/address.h"

#include <stddef.h>
#include <stdint.h>

/* Addresses and their countries, for a source that can only be asked about many
 * addresses at once (ipinfo.h). Whoever asks for the country of an address that
 * the table has not met is told none, and the address is noted; when all noted
 * ones have been answered, the same questions get the right answers. One thread
 * at a time. */
struct address_table;

/* NULL when memory is out. */
struct address_table *address_table_new(void);

/* NULL is allowed. */
void address_table_free(struct address_table *t);

/* COUNTRY_UNKNOWN as long as it is not answered. */
uint16_t address_table_country(
    struct address_table *t, const struct address *ip);

/* Each address once that was asked for and has no answer, in the order of the
 * first question.
 *
 * out  borrowed until the next question
 * Returns ERR_OK, or ERR_NO_MEMORY when one could not be noted. */
enum err address_table_open(
    const struct address_table *t, const struct address **out, size_t *len);

/* The countries of all that address_table_open gave, in its order. */
void address_table_answer(struct address_table *t, const uint16_t *countries);

#endif
