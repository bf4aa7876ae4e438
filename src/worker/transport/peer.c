#include "worker/transport/peer.h"

#include <arpa/inet.h>
#include <string.h>

/* As text, a mapped IPv4 address in its own form. */
static void
print(const struct in6_addr *address, char out[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		inet_ntop(
		    AF_INET, &address->s6_addr[12], out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN);
}

void
peer_name(const uv_tcp_t *tcp, char out[INET6_ADDRSTRLEN])
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage storage;
	} address;
	int len = sizeof(address);

	out[0] = '\0';
	if (uv_tcp_getpeername(tcp, &address.any, &len) != 0)
		return;
	if (address.any.sa_family == AF_INET)
		inet_ntop(AF_INET, &address.v4.sin_addr, out, INET6_ADDRSTRLEN);
	else
		print(&address.v6.sin6_addr, out);
}

/* Takes the last element of a list off its end. */
static struct span
take_last(struct span *list)
{
	const char *comma =
	    list->len ? memrchr(list->data, ',', list->len) : NULL;
	struct span last = *list;

	list->len = comma ? (size_t)(comma - list->data) : 0;
	if (comma) {
		last.len -= list->len + 1;
		last.data = comma + 1;
	}
	while (last.len > 0 && strchr(" \t", last.data[last.len - 1]))
		last.len--;
	while (last.len > 0 && strchr(" \t", last.data[0])) {
		last.data++;
		last.len--;
	}
	return last;
}

/* Takes off what proxies put around an address: 192.0.2.1:443, [2001:db8::1] and
 * [2001:db8::1]:443. Of an address without a port nothing is taken off. */
static struct span
bare(struct span text)
{
	const char *end, *colon;

	if (text.len > 0 && text.data[0] == '[') {
		end = memchr(text.data, ']', text.len);
		return end ? span_of(
				 text.data + 1, (size_t)(end - text.data) - 1)
			   : text;
	}
	colon = text.len ? memchr(text.data, ':', text.len) : NULL;
	if (colon && colon == memrchr(text.data, ':', text.len))
		text.len = (size_t)(colon - text.data);
	return text;
}

/* An address alone, not a block. */
static bool
read_address(struct span text, struct in6_addr *out)
{
	struct cidr block;

	text = bare(text);
	if (text.len == 0 || memchr(text.data, '/', text.len) ||
	    !cidr_parse(text, &block))
		return false;
	*out = block.network;
	return true;
}

bool
peer_is_proxy(const struct cidr *proxies, size_t len, const char *address)
{
	struct in6_addr peer;

	return len > 0 && read_address(span_text(address), &peer) &&
	       cidr_list_has(proxies, len, &peer);
}

void
peer_behind(const struct cidr *proxies, size_t len, struct span forwarded_for,
    char address[INET6_ADDRSTRLEN])
{
	struct in6_addr client;

	if (!read_address(span_text(address), &client))
		return;
	while (forwarded_for.len > 0 && cidr_list_has(proxies, len, &client)) {
		if (!read_address(take_last(&forwarded_for), &client))
			return;
		print(&client, address);
	}
}
