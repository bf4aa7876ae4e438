/* RFC 7240, 2, as it is read here:
 *
 *	Prefer     = [ preference ] *( "," [ preference ] )
 *	preference = pair *( ";" [ pair ] )
 *	pair       = name [ "=" word ], blanks around each
 *	word       = token or "quoted string", in which delimiters are text */
#include "worker/api/prefer.h"

static char
first(const struct span *left)
{
	return left->len > 0 ? *left->data : '\0';
}

static void
skip(struct span *left, size_t len)
{
	*left = span_of(left->data + len, left->len - len);
}

static void
skip_blanks(struct span *left)
{
	while (first(left) == ' ' || first(left) == '\t')
		skip(left, 1);
}

static struct span
take_token(struct span *left)
{
	struct span token = span_of(left->data, 0);

	while (
	    token.len < left->len && !strchr(" \t,;=\"", left->data[token.len]))
		token.len++;
	skip(left, token.len);
	return token;
}

/* Without its quotes, and with its backslashes. One that does not end goes to the
 * end of all. */
static struct span
take_quoted(struct span *left)
{
	struct span text;

	skip(left, 1);
	text = span_of(left->data, 0);
	while (text.len < left->len && left->data[text.len] != '"')
		text.len += left->data[text.len] == '\\' ? 2 : 1;
	if (text.len >= left->len)
		text.len = left->len;
	skip(left, text.len);
	if (left->len > 0)
		skip(left, 1);
	return text;
}

struct pair {
	struct span name, value;
};

static struct pair
take_pair(struct span *left)
{
	struct pair p = { { NULL, 0 }, { NULL, 0 } };

	skip_blanks(left);
	p.name = take_token(left);
	skip_blanks(left);
	if (first(left) == '=') {
		skip(left, 1);
		skip_blanks(left);
		p.value =
		    first(left) == '"' ? take_quoted(left) : take_token(left);
		skip_blanks(left);
	}
	return p;
}

/* Takes a preference and the comma behind it; its name is empty if it is none. */
static struct pair
take_preference(struct span *left)
{
	struct pair p = take_pair(left);

	while (first(left) == ';') {
		skip(left, 1);
		take_pair(left);
	}
	while (left->len > 0 && first(left) != ',') {
		p.name.len = 0;
		if (first(left) == '"')
			take_quoted(left);
		else
			skip(left, 1);
	}
	if (left->len > 0)
		skip(left, 1);
	return p;
}

bool
prefer_has(struct span prefer, const char *name)
{
	while (prefer.len > 0) {
		struct pair p = take_preference(&prefer);

		if (span_is_word(p.name, name))
			return p.value.len == 0;
	}
	return false;
}
