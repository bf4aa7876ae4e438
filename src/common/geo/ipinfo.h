#ifndef TRAWL_COMMON_GEO_IPINFO_H
#define TRAWL_COMMON_GEO_IPINFO_H

#include "common/base/err.h"
#include "common/geo/address.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* The IPinfo API: IP -> country for many addresses in one request, `POST
 * <url>/batch` with a Bearer token. It blocks: pool threads. */
struct ipinfo {
	const char *url;   /* borrowed, without a '/' at its end or with one */
	const char *token; /* borrowed; no message shows it */
	int64_t
	    timeout_ms; /* for one batch, from connecting to the last byte */
	unsigned
	    requests; /* batches under way at once, IPINFO_REQUESTS at most */
};

enum { IPINFO_BATCH = 1000, IPINFO_REQUESTS = 64 };

/* Asks for all of them, or fails with the first that fails: nothing is tried
 * twice, since whoever asks has another source.
 *
 * addresses  different ones, none of them reserved
 * countries  `len`, filled on ERR_OK
 * stop       polled while it waits: non-zero ends it with ERR_STALE; NULL: nobody
 *            stops it
 * why        on ERR_NO_COUNTRIES, in words that follow "IPinfo: "
 * Returns ERR_OK, ERR_NO_COUNTRIES, ERR_STALE or ERR_NO_MEMORY. */
enum err ipinfo_ask(const struct ipinfo *api, const struct address *addresses,
    size_t len, uint16_t *countries, const _Atomic int *stop,
    struct problem *why) __attribute__((warn_unused_result));

/* "ipinfo 91ab0c4d": kind and digest of the address of the API, as geo_source()
 * has it for tables. */
enum { IPINFO_SOURCE_SIZE = 32 };
void ipinfo_source(const char *url, char out[IPINFO_SOURCE_SIZE]);

#endif
