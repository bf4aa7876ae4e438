/* The forms that a target may take (RFC 9112, 3.2), and hosts. */
#include "worker/transport/http/target.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static bool
starts_with(struct span text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && strncasecmp(text.data, prefix, len) == 0;
}

static struct span
after(struct span text, size_t len)
{
	return span_of(text.data + len, text.len - len);
}

/* What may stand anywhere: "unreserved" and "sub-delims" (RFC 3986, 2.2 and 2.3). */
#define ANYWHERE                                                          \
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, \
		 ['-'] = true, ['.'] = true, ['_'] = true, ['~'] = true,  \
		 ['!'] = true, ['$'] = true, ['&'] = true, ['\''] = true, \
		 ['('] = true, [')'] = true, ['*'] = true, ['+'] = true,  \
		 [','] = true, [';'] = true, ['='] = true

/* RFC 3986, 3.3 and 3.4. */
const bool target_path_bytes[256] = {
	ANYWHERE,
	[':'] = true,
	['@'] = true,
	['/'] = true,
};

const bool target_query_bytes[256] = {
	ANYWHERE,
	[':'] = true,
	['@'] = true,
	['/'] = true,
	['?'] = true,
};

/* "/path?query", of bytes that may stand there. */
static enum err
take_path(struct span text, struct target *out)
{
	const char *end = text.data + text.len;
	const char *at = target_skip(target_path_bytes, text.data, end);

	out->path = span_of(text.data, (size_t)(at - text.data));
	if (at < end && *at == '?') {
		out->query = span_of(at + 1, (size_t)(end - at) - 1);
		at = target_skip(target_query_bytes, at + 1, end);
	}
	return at == end ? ERR_OK : ERR_BAD_REQUEST;
}

enum err
target_parse(struct span text, struct target *out)
{
	static const struct span root = { "/", 1 };

	*out = (struct target){ 0 };
	if (text.len == 0)
		return ERR_BAD_REQUEST;
	if (text.len == 1 && text.data[0] == '*') {
		out->path = text;
		return ERR_OK;
	}
	if (text.data[0] != '/') {
		if (starts_with(text, "http://"))
			text = after(text, strlen("http://"));
		else if (starts_with(text, "https://"))
			text = after(text, strlen("https://"));
		else
			return ERR_BAD_REQUEST;
		size_t len = 0;
		while (len < text.len && text.data[len] != '/' &&
		       text.data[len] != '?')
			len++;
		out->host = span_of(text.data, len);
		if (!target_host_is_valid(out->host))
			return ERR_BAD_REQUEST;
		text = after(text, len);
	}
	enum err e = take_path(text, out);
	if (out->path.len == 0)
		out->path = root;
	return e;
}

static bool
port_is_valid(struct span text)
{
	uint64_t port;

	/* "host:" is allowed by the grammar: the default port. */
	return text.len == 0 ||
	       (text.len <= 5 && span_to_u64(text, &port) && port <= 65535);
}

/* Of a registered name (RFC 3986, 3.2.2). */
static const bool host_bytes[256] = {
	ANYWHERE,
};

/* Eight bytes at once (a GNU vector). */
typedef unsigned char word __attribute__((vector_size(8)));

/* Those that are neither letters or digits nor one of "-." are not 0. */
static uint64_t
unusual_of(const char *at)
{
	uint64_t truths;
	word bytes, found;

	memcpy(&bytes, at, sizeof(bytes));
	found = (word)((word)((bytes | 0x20) - 'a') > 'z' - 'a') &
		(word)((word)(bytes - '0') > '9' - '0') &
		(word)((word)(bytes - '-') > '.' - '-');
	memcpy(&truths, &found, sizeof(truths));
	return truths;
}

/* How many bytes of it are usual ones of a name. */
static size_t
usual_len(struct span host)
{
	size_t at = 0;

	while (host.len - at >= sizeof(word)) {
		uint64_t unusual = unusual_of(host.data + at);

		if (unusual != 0)
			return at + (size_t)(__builtin_ctzll(unusual) / 8);
		at += sizeof(word);
	}
	return at;
}

/* How many bytes of it are a registered name. */
static size_t
name_len(struct span host)
{
	const char *end = host.data + host.len;

	return (
	    size_t)(target_skip(host_bytes, host.data + usual_len(host), end) -
		    host.data);
}

/* How many bytes of it are an IPv6 address in brackets; 0 without one. */
static size_t
literal_len(struct span host)
{
	const char *end = memchr(host.data, ']', host.len);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t len = end ? (size_t)(end - host.data) : 0;

	if (len < 3 || len > sizeof(text))
		return 0;
	memcpy(text, host.data + 1, len - 1);
	text[len - 1] = '\0';
	if (memchr(text, '\0', len - 1) != NULL ||
	    inet_pton(AF_INET6, text, &address) != 1)
		return 0;
	return len + 1;
}

bool
target_host_is_valid(struct span host)
{
	size_t len = host.len > 0 && host.data[0] == '[' ? literal_len(host)
							 : name_len(host);

	if (len == 0 || len == host.len)
		return len > 0;
	return host.data[len] == ':' && port_is_valid(after(host, len + 1));
}
