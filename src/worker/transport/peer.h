#ifndef TRAWL_WORKER_TRANSPORT_PEER_H
#define TRAWL_WORKER_TRANSPORT_PEER_H

#include "common/base/cidr.h"

#include <netinet/in.h>
#include <uv.h>

/* Writes the address of the other end as text, an IPv4 one in its own form also
 * on an IPv6 socket; an empty text when it is gone already. */
void peer_name(const uv_tcp_t *tcp, char out[INET6_ADDRSTRLEN]);

/* Whether the address is one of `proxies`. */
bool peer_is_proxy(const struct cidr *proxies, size_t len, const char *address);

/* Who a request is from, when there may be proxies between. `address` is the
 * peer's at first; as long as it is one of `proxies`, the last of the addresses
 * in `forwarded_for` (X-Forwarded-For) that was not looked at yet takes its
 * place: a proxy adds its client at the right, and what lies left of that is
 * anybody's word. Stops at anything but an address. */
void peer_behind(const struct cidr *proxies, size_t len,
    struct span forwarded_for, char address[INET6_ADDRSTRLEN]);

#endif
