/* The fields of a day, read back and added up. */
#include "common/shoplog/day.h"

#include "common/shoplog/bytes.h"

#include <string.h>

/* Cuts what lies before the first blank off `rest`; false at its end. */
static bool
next_word(struct span *rest, struct span *word)
{
	const char *blank;

	if (!rest->data)
		return false;
	blank = rest->len ? memchr(rest->data, ' ', rest->len) : NULL;
	if (!blank) {
		*word = *rest;
		*rest = (struct span){ 0 };
		return true;
	}
	*word = span_of(rest->data, (size_t)(blank - rest->data));
	*rest = span_of(blank + 1, rest->len - word->len - 1);
	return true;
}

/* The number behind `key` and '='. */
static bool
number_behind(struct span word, const char *key, uint64_t *out)
{
	size_t len = strlen(key);

	return word.len > len && !memcmp(word.data, key, len) &&
	       span_to_u64(span_of(word.data + len, word.len - len), out);
}

enum err
day_add_hours(struct span value, uint64_t hours[24])
{
	struct span word;
	uint64_t n;

	for (int i = 0; i < 24; i++) {
		if (!next_word(&value, &word) || !span_to_u64(word, &n))
			return ERR_CORRUPT;
		hours[i] = add_saturating(hours[i], n);
	}
	return next_word(&value, &word) ? ERR_CORRUPT : ERR_OK;
}

enum err
day_add_countries(struct span value, uint64_t counts[COUNTRIES])
{
	struct span word;

	if (value.len == 0)
		return ERR_OK;
	while (next_word(&value, &word)) {
		struct span code = span_of(word.data, 2);
		uint16_t country;
		uint64_t n;

		if (word.len < 4 || word.data[2] != '=' ||
		    !span_to_u64(span_of(word.data + 3, word.len - 3), &n))
			return ERR_CORRUPT;
		country = country_from_code(code);
		if (country == COUNTRY_UNKNOWN && memcmp(code.data, "??", 2))
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
