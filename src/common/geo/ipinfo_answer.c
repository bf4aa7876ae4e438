/* Just as much JSON as such an answer has. Nothing that comes from outside is
 * believed: each name is read as an address again and looked up among those that
 * were asked for. */
#include "common/geo/ipinfo_answer.h"

#include "common/geo/country.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>

enum { TEXT_SIZE = 128 }; /* of a name or value; longer ones are none of ours */

struct reader {
	const char *at, *end;
};

struct question {
	struct address ip;
	size_t index;
	bool is_answered;
};

void
ipinfo_address_format(const struct address *ip, char out[ADDRESS_TEXT])
{
	if (address_is_ipv4(ip))
		inet_ntop(AF_INET, ip->bytes + 12, out, ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, ip->bytes, out, ADDRESS_TEXT);
}

static bool
parse_address(const char *text, struct address *out)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*out = (struct address){ { [10] = 0xff, [11] = 0xff } };
		memcpy(out->bytes + 12, &v4, sizeof(v4));
		return true;
	}
	return inet_pton(AF_INET6, text, out->bytes) == 1;
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' ||
				     *r->at == '\n' || *r->at == '\r'))
		r->at++;
}

/* Whether the next thing is this character; it is taken then. */
static bool
take(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* The character of \uXXXX; '?' for one beyond ASCII, which no text that matters
 * has; -1 when it is not whole. */
static int
read_hexadecimal(struct reader *r)
{
	char digits[5] = "";
	char *behind;
	long code;

	if (r->end - r->at < 4)
		return -1;
	memcpy(digits, r->at, 4);
	r->at += 4;
	code = strtol(digits, &behind, 16);
	if (behind != digits + 4 || code < 0)
		return -1;
	return code > 0 && code < 128 ? (int)code : '?';
}

static int
read_escape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (r->at == r->end)
		return -1;
	if (*r->at == 'u') {
		r->at++;
		return read_hexadecimal(r);
	}
	found = *r->at ? strchr(from, *r->at) : NULL;
	r->at++;
	return found ? to[found - from] : -1;
}

/* A text that is too long is cut, and so none of ours. */
static bool
read_text(struct reader *r, char out[TEXT_SIZE])
{
	size_t len = 0;

	if (!take(r, '"'))
		return false;
	while (r->at < r->end && *r->at != '"') {
		int c = (unsigned char)*r->at++;

		if (c < ' ')
			return false;
		if (c == '\\')
			c = read_escape(r);
		if (c < 0)
			return false;
		if (len < TEXT_SIZE - 1)
			out[len++] = (char)c;
	}
	out[len] = '\0';
	return take(r, '"');
}

/* A code, or the empty text for null. */
static bool
read_value(struct reader *r, char out[TEXT_SIZE])
{
	skip_blanks(r);
	if (r->end - r->at >= 4 && memcmp(r->at, "null", 4) == 0) {
		r->at += 4;
		out[0] = '\0';
		return true;
	}
	return read_text(r, out);
}

static int
compare(const void *x, const void *y)
{
	return memcmp(x, y, sizeof(struct address));
}

/* The question whose name this is; NULL: nobody asked it. */
static struct question *
find(struct question *questions, size_t len, char name[TEXT_SIZE])
{
	char *slash = strchr(name, '/');
	struct address ip;

	if (!slash || strcmp(slash, "/country") != 0)
		return NULL;
	*slash = '\0';
	if (!parse_address(name, &ip))
		return NULL;
	return bsearch(&ip, questions, len, sizeof(*questions), compare);
}

/* One `"name": value`. */
static enum err
read_pair(struct reader *r, struct question *questions, size_t len,
    uint16_t *countries, struct problem *why)
{
	char name[TEXT_SIZE], value[TEXT_SIZE];
	struct question *q;
	uint16_t country;

	if (!read_text(r, name) || !take(r, ':'))
		return problem_set(
		    why, ERR_NO_COUNTRIES, "its answer is cut or no JSON");
	q = find(questions, len, name);
	if (!read_value(r, value))
		return problem_set(why, ERR_NO_COUNTRIES,
		    "its answer has no country for %s", name);
	if (!q)
		return ERR_OK;
	country = country_from_code(span_text(value));
	if (strlen(value) != 2 && *value)
		return problem_set(why, ERR_NO_COUNTRIES,
		    "its answer for %s is no code of a country", name);
	countries[q->index] = country;
	q->is_answered = true;
	return ERR_OK;
}

static enum err
read_object(struct reader *r, struct question *questions, size_t len,
    uint16_t *countries, struct problem *why)
{
	bool is_open = take(r, '{');
	enum err e = ERR_OK;

	if (is_open && take(r, '}'))
		is_open = false;
	else if (!is_open)
		return problem_set(
		    why, ERR_NO_COUNTRIES, "its answer is no JSON object");
	while (e == ERR_OK && is_open) {
		e = read_pair(r, questions, len, countries, why);
		if (e == ERR_OK && !take(r, ',')) {
			is_open = false;
			if (!take(r, '}'))
				e = problem_set(why, ERR_NO_COUNTRIES,
				    "its answer is cut or no JSON");
		}
	}
	skip_blanks(r);
	if (e == ERR_OK && r->at != r->end)
		e = problem_set(
		    why, ERR_NO_COUNTRIES, "something follows its answer");
	return e;
}

enum err
ipinfo_answer_read(struct span body, const struct address *asked, size_t len,
    uint16_t *countries, struct problem *why)
{
	struct reader r = { body.data, body.data + body.len };
	struct question *questions = calloc(len + 1, sizeof(*questions));
	enum err e;

	if (!questions)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++)
		questions[i] = (struct question){ asked[i], i, false };
	qsort(questions, len, sizeof(*questions), compare);
	e = read_object(&r, questions, len, countries, why);
	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		char text[ADDRESS_TEXT];

		if (questions[i].is_answered)
			continue;
		ipinfo_address_format(&questions[i].ip, text);
		e = problem_set(
		    why, ERR_NO_COUNTRIES, "its answer leaves out %s", text);
	}
	free(questions);
	return e;
}
