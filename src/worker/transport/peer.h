#ifndef TRAWL_TRANSPORT_PEER_H
#define TRAWL_TRANSPORT_PEER_H

#include <netinet/in.h>
#include <uv.h>

/* Writes the address of the other end as text, an IPv4 one in its own form also
 * on an IPv6 socket; an empty text when it is gone already. */
void peer_name(const uv_tcp_t *tcp, char out[INET6_ADDRSTRLEN]);

#endif
