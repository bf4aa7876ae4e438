/* Reads redis_url. Its words never show the value: it may hold a password. */
#include "common/base/redis_address.h"
#include "common/base/span.h"

#include <string.h>

enum {
	PORT_DEFAULT = 6379,
	PORT_MAX = 65535,
	DB_MAX = 1000000,
};

static bool
copy(char *out, size_t size, struct span s)
{
	if (s.len >= size || (s.len && memchr(s.data, '\0', s.len)))
		return false;
	if (s.len)
		memcpy(out, s.data, s.len);
	out[s.len] = '\0';
	return true;
}

static bool
decode_percent(char *out, size_t size, struct span s)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (c == '%') {
			int high = -1, low = -1;

			if (i + 2 < s.len) {
				high = span_hex_digit(s.data[i + 1]);
				low = span_hex_digit(s.data[i + 2]);
			}
			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (len + 1 >= size)
			return false;
		out[len++] = c;
	}
	out[len] = '\0';
	return true;
}

static bool
read_number(struct span s, uint64_t minimum, uint64_t maximum, int *out)
{
	uint64_t n;

	if (!span_to_u64(s, &n) || n < minimum || n > maximum)
		return false;
	*out = (int)n;
	return true;
}

/* "host", "host:port", "[v6]" or "[v6]:port" */
static const char *
read_host(struct span s, struct redis_address *out)
{
	struct span host, port = { 0 };
	bool has_port;

	if (s.len && s.data[0] == '[') {
		s = span_of(s.data + 1, s.len - 1);
		if (!memchr(s.data, ']', s.len))
			return "the ] of the IPv6 address is missing";
		host = span_cut(&s, ']');
		has_port = s.len > 0;
		if (has_port && s.data[0] != ':')
			return "the port is malformed";
		if (has_port)
			port = span_of(s.data + 1, s.len - 1);
	} else {
		has_port = s.len && memchr(s.data, ':', s.len);
		host = span_cut(&s, ':');
		port = s;
	}
	if (host.len == 0 || !copy(out->host, sizeof(out->host), host))
		return "the host is missing or too long";
	out->port = PORT_DEFAULT;
	if (has_port && !read_number(port, 1, PORT_MAX, &out->port))
		return "the port is not a number from 1 to 65535";
	return NULL;
}

static const char *
read_tcp(struct span rest, struct redis_address *out)
{
	struct span authority = span_cut(&rest, '/');
	const char *at =
	    authority.len ? memrchr(authority.data, '@', authority.len) : NULL;

	if (at) {
		struct span login =
		    span_of(authority.data, (size_t)(at - authority.data));
		struct span user;

		authority = span_of(at + 1, authority.len - login.len - 1);
		if (!login.len || !memchr(login.data, ':', login.len))
			return "user:password is expected before the @";
		user = span_cut(&login, ':');
		if (!decode_percent(out->user, sizeof(out->user), user) ||
		    !decode_percent(
			out->password, sizeof(out->password), login))
			return "user or password is too long or has a bad "
			       "percent-escape";
	}
	if (rest.len && !read_number(rest, 0, DB_MAX, &out->db))
		return "the database is not a number";
	return read_host(authority, out);
}

static const char *
read_unix(struct span rest, struct redis_address *out)
{
	struct span path = span_cut(&rest, '?');

	if (path.len < 2 || path.data[0] != '/')
		return "an absolute path is expected behind unix://";
	if (!copy(out->path, sizeof(out->path), path))
		return "a socket's path has at most 107 bytes";
	if (rest.len == 0)
		return NULL;
	if (rest.len < 3 || memcmp(rest.data, "db=", 3) != 0 ||
	    !read_number(
		span_of(rest.data + 3, rest.len - 3), 0, DB_MAX, &out->db))
		return "only ?db=NUMBER may follow the path";
	return NULL;
}

enum err
redis_address_parse(
    const char *url, struct redis_address *out, struct problem *why)
{
	const char *reason;

	*out = (struct redis_address){ 0 };
	if (!strncmp(url, "redis://", 8))
		reason = read_tcp(span_text(url + 8), out);
	else if (!strncmp(url, "unix://", 7))
		reason = read_unix(span_text(url + 7), out);
	else
		reason = "it begins neither with redis:// nor with unix://";
	if (reason)
		return problem_set(why, ERR_INVALID, "%s", reason);
	return ERR_OK;
}
