/* The fields of a day, read back and added up. */
#include "common/shoplog/answer/day.h"

#include "common/shoplog/table/bytes.h"

#include <string.h>

/* A word may be empty, the last one too: the end is when there is no text. */
static bool
next_word(struct span *rest, struct span *word)
{
	bool is_any = rest->data != NULL;

	*word = span_cut(rest, ' ');
	return is_any;
}

/* The number behind `key` and '='. */
static bool
number_behind(struct span word, const char *key, uint64_t *out)
{
	size_t len = strlen(key);

	return word.len > len && !memcmp(word.data, key, len) &&
	       span_to_u64(span_of(word.data + len, word.len - len), out);
}

/* Reads the digits at *at, one at least, and goes behind them. */
static bool
take_number(const char **at, const char *end, uint64_t *out)
{
	const char *digit = *at;
	uint64_t n = 0;

	for (; digit != end && *digit >= '0' && *digit <= '9'; digit++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*digit - '0'), &n))
			return false;
	*out = n;
	if (digit == *at)
		return false;
	*at = digit;
	return true;
}

/* Goes behind one blank. */
static bool
take_blank(const char **at, const char *end)
{
	return *at != end && *(*at)++ == ' ';
}

enum err
day_add_hours(struct span value, uint64_t hours[24])
{
	const char *at = value.data, *end = at + value.len;
	uint64_t n;

	for (int i = 0; i < 24; i++) {
		if ((i > 0 && !take_blank(&at, end)) ||
		    !take_number(&at, end, &n))
			return ERR_CORRUPT;
		hours[i] = add_saturating(hours[i], n);
	}
	return at == end ? ERR_OK : ERR_CORRUPT;
}

enum err
day_add_countries(struct span value, uint64_t counts[COUNTRIES])
{
	const char *at = value.data, *end = at + value.len;

	while (at != end) {
		uint16_t country;
		uint64_t n;

		if (at != value.data && !take_blank(&at, end))
			return ERR_CORRUPT;
		if (end - at < 4 || at[2] != '=')
			return ERR_CORRUPT;
		country = country_from_code(span_of(at, 2));
		if (country == COUNTRY_UNKNOWN && memcmp(at, "??", 2) != 0)
			return ERR_CORRUPT;
		at += 3;
		if (!take_number(&at, end, &n))
			return ERR_CORRUPT;
		counts[country] = add_saturating(counts[country], n);
	}
	return ERR_OK;
}

enum err
day_add_carts(struct span value, uint64_t *begun, uint64_t *paid)
{
	struct span first, second, more;
	uint64_t begun_here, paid_here;

	if (!next_word(&value, &first) || !next_word(&value, &second) ||
	    next_word(&value, &more) ||
	    !number_behind(first, "begun=", &begun_here) ||
	    !number_behind(second, "paid=", &paid_here))
		return ERR_CORRUPT;
	*begun = add_saturating(*begun, begun_here);
	*paid = add_saturating(*paid, paid_here);
	return ERR_OK;
}
