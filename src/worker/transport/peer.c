#include "worker/transport/peer.h"

#include <arpa/inet.h>
#include <string.h>

void
peer_name(const uv_tcp_t *tcp, char out[INET6_ADDRSTRLEN])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
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
	const uint8_t *bytes = (const uint8_t *)&address.v6.sin6_addr;
	if (address.any.sa_family == AF_INET)
		inet_ntop(AF_INET, &address.v4.sin_addr, out, INET6_ADDRSTRLEN);
	else if (!memcmp(bytes, mapped, sizeof(mapped)))
		inet_ntop(
		    AF_INET, bytes + sizeof(mapped), out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, bytes, out, INET6_ADDRSTRLEN);
}
