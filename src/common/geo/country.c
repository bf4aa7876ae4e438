/* Countries as small numbers: 1 + 36 * a + b for the code whose characters are
 * the digits a and b to the base 36. */
#include "common/geo/country.h"

#include "country_names.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Every code with its NUL, in the order of the numbers, so that a country
 * without a name can be called by its code without memory of its own. */
#define CODES(a)                                                          \
	a "0\0" a "1\0" a "2\0" a "3\0" a "4\0" a "5\0" a "6\0" a "7\0" a \
	  "8\0" a "9\0" a "A\0" a "B\0" a "C\0" a "D\0" a "E\0" a "F\0" a \
	  "G\0" a "H\0" a "I\0" a "J\0" a "K\0" a "L\0" a "M\0" a "N\0" a \
	  "O\0" a "P\0" a "Q\0" a "R\0" a "S\0" a "T\0" a "U\0" a "V\0" a \
	  "W\0" a "X\0" a "Y\0" a "Z\0"

enum { CODE_SIZE = 3 };

/* clang-format off */
static const char codes[] = "??\0"
    CODES("0") CODES("1") CODES("2") CODES("3") CODES("4") CODES("5")
    CODES("6") CODES("7") CODES("8") CODES("9") CODES("A") CODES("B")
    CODES("C") CODES("D") CODES("E") CODES("F") CODES("G") CODES("H")
    CODES("I") CODES("J") CODES("K") CODES("L") CODES("M") CODES("N")
    CODES("O") CODES("P") CODES("Q") CODES("R") CODES("S") CODES("T")
    CODES("U") CODES("V") CODES("W") CODES("X") CODES("Y") CODES("Z");
/* clang-format on */

_Static_assert(sizeof(codes) == COUNTRIES * CODE_SIZE + 1, "a code each");

/* -1 for what is no digit to the base 36. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return -1;
}

uint16_t
country_from_code(struct span code)
{
	static const char *const somewhere[] = { "AP", "EU" };
	uint16_t country;
	int a, b;

	if (code.len != 2)
		return COUNTRY_UNKNOWN;
	a = digit(code.data[0]);
	b = digit(code.data[1]);
	if (a < 0 || b < 0)
		return COUNTRY_UNKNOWN;
	country = (uint16_t)(1 + 36 * a + b);
	for (size_t i = 0; i < sizeof(somewhere) / sizeof(somewhere[0]); i++)
		if (!memcmp(codes + country * CODE_SIZE, somewhere[i], 2))
			return COUNTRY_UNKNOWN;
	return country;
}

void
country_code(uint16_t country, char out[3])
{
	assert(country < COUNTRIES);
	memcpy(out, codes + country * CODE_SIZE, CODE_SIZE);
}

static int
compare_code(const void *code, const void *row)
{
	return strcmp(code, ((const struct country_row *)row)->code);
}

const char *
country_name(uint16_t country)
{
	const struct country_row *row;

	assert(country < COUNTRIES);
	row = bsearch(codes + country * CODE_SIZE, country_rows,
	    country_rows_len, sizeof(*row), compare_code);
	return row ? row->name : codes + country * CODE_SIZE;
}
