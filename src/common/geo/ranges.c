/* The compiled range tables. Opening checks every length and number that a
 * look-up relies on, so that a look-up checks nothing. */
#include "common/geo/ranges.h"

#include "common/geo/country.h"
#include "common/geo/ranges_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMEDY "build it again: script/build"

/* Two of the primes of XXH64. */
#define MIX    UINT64_C(0x9e3779b185ebca87)
#define SPREAD UINT64_C(0xc2b2ae3d27d4eb4f)

struct ranges {
	const struct ranges_header *header; /* the mapping */
	size_t size;                        /* of the mapping */
	const address_number *ipv6_start;
	const uint32_t *ipv4_block;
	const uint32_t *ipv4;
	const uint16_t *ipv6_country;
};

static inline void
mix(uint64_t lane[4], const uint64_t word[4])
{
	for (int i = 0; i < 4; i++) {
		lane[i] += word[i] * SPREAD;
		lane[i] = (lane[i] << 31 | lane[i] >> 33) * MIX;
	}
}

/* The lanes of XXH64: four multiplications in flight at once. */
uint64_t
ranges_checksum(const struct ranges_header *h, size_t file_size)
{
	const char *p = (const char *)&h->version;
	const char *end = (const char *)h + file_size;
	uint64_t lane[4] = { MIX, SPREAD, 0, file_size };
	uint64_t word[4];

	for (; end - p >= (ptrdiff_t)sizeof(word); p += sizeof(word)) {
		memcpy(word, p, sizeof(word));
		mix(lane, word);
	}
	if (p < end) {
		memset(word, 0, sizeof(word));
		memcpy(word, p, (size_t)(end - p));
		mix(lane, word);
	}
	return lane[0] ^ (lane[1] << 7 | lane[1] >> 57) ^
	       (lane[2] << 12 | lane[2] >> 52) ^
	       (lane[3] << 18 | lane[3] >> 46);
}

static bool
blocks_are_sound(const struct ranges *r)
{
	const uint32_t *block = r->ipv4_block;

	if (block[0] != 0 || block[RANGES_BLOCKS] != r->header->ipv4_len)
		return false;
	for (size_t b = 0; b < RANGES_BLOCKS; b++)
		if (block[b] >= block[b + 1] || r->ipv4[block[b]] >> 16 != 0)
			return false;
	return true;
}

/* Without a way out of the loops, so that they become vectors. */
static bool
countries_are_sound(const struct ranges *r)
{
	uint32_t bad = 0;

	for (uint32_t i = 0; i < r->header->ipv4_len; i++)
		bad |= (r->ipv4[i] & 0xffff) >= COUNTRIES;
	for (uint32_t i = 0; i < r->header->ipv6_len; i++)
		bad |= r->ipv6_country[i] >= COUNTRIES;
	return bad == 0;
}

static enum err
check(struct ranges *r, const char *path, struct problem *why)
{
	const struct ranges_header *h = r->header;
	size_t size;

	if (memcmp(h->magic, RANGES_MAGIC, sizeof(h->magic)))
		return problem_set(why, ERR_INVALID,
		    "%s: is no table of countries; " REMEDY, path);
	if (h->version != RANGES_VERSION)
		return problem_set(why, ERR_INVALID,
		    "%s: is of version %u, and this trawl reads version "
		    "%d; " REMEDY,
		    path, h->version, RANGES_VERSION);
	size = sizeof(*h) + ranges_sections_size(h->ipv4_len, h->ipv6_len);
	if (r->size != size)
		return problem_set(why, ERR_INVALID,
		    "%s: has %zu bytes of %zu; " REMEDY, path, r->size, size);
	r->ipv6_start = (const address_number *)(h + 1);
	r->ipv4_block = (const uint32_t *)(r->ipv6_start + h->ipv6_len);
	r->ipv4 = r->ipv4_block + RANGES_BLOCKS + 1;
	r->ipv6_country = (const uint16_t *)(r->ipv4 + h->ipv4_len);
	if (h->checksum != ranges_checksum(h, r->size) || h->ipv6_len == 0 ||
	    r->ipv6_start[0] != 0 || !blocks_are_sound(r) ||
	    !countries_are_sound(r))
		return problem_set(
		    why, ERR_INVALID, "%s: is damaged; " REMEDY, path);
	return ERR_OK;
}

static enum err
map(struct ranges *r, int fd, const char *path, struct problem *why)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st))
		return problem_set(
		    why, ERR_INVALID, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) ||
	    (size_t)st.st_size < sizeof(struct ranges_header))
		return problem_set(why, ERR_INVALID,
		    "%s: is no table of countries; " REMEDY, path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE,
	    fd, 0);
	if (p == MAP_FAILED)
		return problem_set(
		    why, ERR_NO_MEMORY, "%s: %s", path, strerror(errno));
	r->header = p;
	r->size = (size_t)st.st_size;
	return check(r, path, why);
}

enum err
ranges_open(struct ranges **out, const char *path, struct problem *why)
{
	struct ranges *r = calloc(1, sizeof(*r));
	enum err e;
	int fd;

	if (!r)
		return ERR_NO_MEMORY;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		free(r);
		return problem_set(
		    why, ERR_INVALID, "%s: %s; " REMEDY, path, strerror(errno));
	}
	e = map(r, fd, path, why);
	close(fd);
	if (e) {
		ranges_close(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

void
ranges_close(struct ranges *r)
{
	if (!r)
		return;
	if (r->header)
		munmap((void *)(uintptr_t)r->header, r->size);
	free(r);
}

/* Both searches look for the last start that is not above the key. The first
 * start is 0, so there is one; the halves are chosen without a branch. */
static uint16_t
find_ipv4(const struct ranges *r, uint32_t ip)
{
	const uint32_t *row = r->ipv4_block + (ip >> 16);
	const uint32_t *at = r->ipv4 + row[0];
	uint32_t key = ip << 16 | 0xffff;

	for (uint32_t n = row[1] - row[0]; n > 1; n -= n / 2)
		at = at[n / 2] <= key ? at + n / 2 : at;
	return (uint16_t)*at;
}

static uint16_t
find_ipv6(const struct ranges *r, address_number ip)
{
	const address_number *at = r->ipv6_start;

	for (uint32_t n = r->header->ipv6_len; n > 1; n -= n / 2)
		at = at[n / 2] <= ip ? at + n / 2 : at;
	return r->ipv6_country[at - r->ipv6_start];
}

uint16_t
ranges_country(const struct ranges *r, const struct address *ip)
{
	if (address_is_ipv4(ip))
		return find_ipv4(r, address_ipv4(ip));
	return find_ipv6(r, address_to_number(ip));
}

/* Addresses of one kind that are looked up together, so that what one waits for in
 * memory the others wait for at the same time. */
enum { TOGETHER = 16 };

struct together {
	address_number ip[TOGETHER];
	size_t place[TOGETHER]; /* whose they are */
	size_t len;
};

static void
find_ipv6_together(
    const struct ranges *r, const struct together *t, uint16_t *out)
{
	const address_number *start = r->ipv6_start;
	uint32_t at[TOGETHER] = { 0 };

	for (uint32_t n = r->header->ipv6_len; n > 1; n -= n / 2)
		for (size_t i = 0; i < t->len; i++) {
			uint32_t is_behind = start[at[i] + n / 2] <= t->ip[i];

			at[i] += n / 2 & -is_behind;
		}
	for (size_t i = 0; i < t->len; i++)
		out[t->place[i]] = r->ipv6_country[at[i]];
}

static void
find_all_ipv6(const struct ranges *r, const struct address *ips, size_t len,
    uint16_t *out)
{
	struct together t;

	t.len = 0;
	for (size_t i = 0; i < len; i++) {
		if (address_is_ipv4(&ips[i]))
			continue;
		t.ip[t.len] = address_to_number(&ips[i]);
		t.place[t.len++] = i;
		if (t.len == TOGETHER) {
			find_ipv6_together(r, &t, out);
			t.len = 0;
		}
	}
	find_ipv6_together(r, &t, out);
}

static void
find_all_ipv4(const struct ranges *r, const struct address *ips, size_t len,
    uint16_t *out)
{
	for (size_t i = 0; i < len; i++) {
		const uint32_t *row = r->ipv4_block;

		if (!address_is_ipv4(&ips[i]))
			continue;
		row += address_ipv4(&ips[i]) >> 16;
		__builtin_prefetch(r->ipv4 + row[0] + (row[1] - row[0]) / 2);
	}
	for (size_t i = 0; i < len; i++)
		if (address_is_ipv4(&ips[i]))
			out[i] = find_ipv4(r, address_ipv4(&ips[i]));
}

void
ranges_fetch(const struct ranges *r, const struct address *ip)
{
	if (address_is_ipv4(ip))
		__builtin_prefetch(r->ipv4_block + (address_ipv4(ip) >> 16));
}

void
ranges_countries(const struct ranges *r, const struct address *ips, size_t len,
    uint16_t *out)
{
	find_all_ipv4(r, ips, len, out);
	find_all_ipv6(r, ips, len, out);
}

const uint8_t *
ranges_digest(const struct ranges *r)
{
	return r->header->digest;
}
