#ifndef TRAWL_COMMON_BASE_REDIS_ADDRESS_H
#define TRAWL_COMMON_BASE_REDIS_ADDRESS_H

#include "common/base/err.h"

/* Where a Redis is, and as whom to talk to it. */
struct redis_address {
	char path[108]; /* unix socket; empty for TCP */
	char host[256]; /* without the brackets of IPv6 */
	int port;
	int db;
	char user[256];      /* empty: the default user */
	char password[1024]; /* empty: none is asked for */
};

/* Reads `redis://[user:password@]host[:port][/db]` (user and password
 * percent-decoded) or `unix:///path[?db=n]`. On ERR_INVALID `why` says what is
 * wrong with the form and shows nothing of the value. */
enum err redis_address_parse(
    const char *url, struct redis_address *out, struct problem *why);

#endif
