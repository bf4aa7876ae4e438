/* text ranges -> sorted -> intervals without gaps -> the layout of geo.tables.
 * Both families go the same way, as 128-bit numbers; only the last step knows
 * that IPv4 is stored in blocks. */
#include "common/geo/ranges_compile.h"

#include "common/base/span.h"
#include "common/geo/country.h"
#include "common/geo/ranges_layout.h"

#include <sodium.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANGES_LIMIT = 1 << 28, PATH_SIZE = 4096 };

struct range {
	address_number low, high; /* both in it */
	unsigned line;
	uint16_t country;
};

struct interval {
	address_number start;
	uint16_t country;
};

/* One text table on its way. */
struct table {
	const char *path;    /* borrowed */
	int family;          /* AF_INET or AF_INET6 */
	address_number last; /* the highest address of the family */
	struct range *ranges;
	size_t ranges_len;
	size_t ranges_room;
	struct interval *intervals;
	size_t intervals_len;
};

static void
table_cleanup(struct table *t)
{
	free(t->ranges);
	free(t->intervals);
}

static bool
address_parse(const struct table *t, struct span text, address_number *out)
{
	char buf[INET6_ADDRSTRLEN];
	struct address ip;
	uint64_t number;

	if (t->family == AF_INET) {
		if (!span_to_u64(text, &number) || number > t->last)
			return false;
		*out = number;
		return true;
	}
	if (text.len >= sizeof(buf))
		return false;
	memcpy(buf, text.data, text.len);
	buf[text.len] = '\0';
	if (inet_pton(AF_INET6, buf, ip.bytes) != 1)
		return false;
	*out = address_to_number(&ip);
	return true;
}

static bool
range_parse(const struct table *t, struct span line, struct range *out)
{
	const char *end = line.data + line.len;
	const char *first = memchr(line.data, ',', line.len);
	const char *second =
	    first ? memchr(first + 1, ',', (size_t)(end - first - 1)) : NULL;

	if (!second || end - second != 3)
		return false;
	out->country = country_from_code(span_of(second + 1, 2));
	return address_parse(t, span_of(line.data, (size_t)(first - line.data)),
		   &out->low) &&
	       address_parse(t,
		   span_of(first + 1, (size_t)(second - first - 1)),
		   &out->high) &&
	       out->low <= out->high;
}

static struct range *
range_new(struct table *t)
{
	size_t room = t->ranges_room ? t->ranges_room * 2 : 1024;
	struct range *grown;

	if (t->ranges_len < t->ranges_room)
		return &t->ranges[t->ranges_len++];
	if (room > RANGES_LIMIT)
		return NULL;
	grown = realloc(t->ranges, room * sizeof(*grown));
	if (!grown)
		return NULL;
	t->ranges = grown;
	t->ranges_room = room;
	return &t->ranges[t->ranges_len++];
}

static enum err
read_lines(struct table *t, FILE *in, struct problem *why)
{
	struct range *range;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	unsigned number = 0;
	enum err e = ERR_OK;

	while (!e && (len = getline(&line, &room, in)) >= 0) {
		number++;
		if (len && line[len - 1] == '\n')
			len--;
		if (len == 0 || line[0] == '#')
			continue;
		range = range_new(t);
		if (!range)
			e = ERR_NO_MEMORY;
		else if (!range_parse(t, span_of(line, (size_t)len), range))
			e = problem_set(why, ERR_INVALID,
			    "%s:%u: not a range of addresses and its country",
			    t->path, number);
		else
			range->line = number;
	}
	free(line);
	if (!e && ferror(in))
		e = problem_set(
		    why, ERR_INVALID, "%s: %s", t->path, strerror(errno));
	return e;
}

static int
compare_low(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return (a->low > b->low) - (a->low < b->low);
}

/* Neighbours of one country become one interval. */
static void
add_interval(struct table *t, address_number start, uint16_t country)
{
	struct interval *before = t->intervals + t->intervals_len - 1;

	if (t->intervals_len && before->country == country)
		return;
	t->intervals[t->intervals_len++] = (struct interval){ start, country };
}

static enum err
fill_gaps(struct table *t, struct problem *why)
{
	address_number next = 0; /* the first address that nothing covers yet */
	bool is_full = false;    /* there is none, and `next` has wrapped */

	t->intervals = calloc(2 * t->ranges_len + 1, sizeof(*t->intervals));
	if (!t->intervals)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < t->ranges_len; i++) {
		const struct range *r = &t->ranges[i];

		if (is_full || r->low < next)
			return problem_set(why, ERR_INVALID,
			    "%s: the ranges of lines %u and %u overlap",
			    t->path, r[-1].line, r->line);
		if (r->low > next)
			add_interval(t, next, COUNTRY_UNKNOWN);
		add_interval(t, r->low, r->country);
		is_full = r->high == t->last;
		next = r->high + 1;
	}
	if (!is_full)
		add_interval(t, next, COUNTRY_UNKNOWN);
	return ERR_OK;
}

static enum err
table_read(struct table *t, struct problem *why)
{
	FILE *in = fopen(t->path, "re");
	enum err e;

	if (!in)
		return problem_set(
		    why, ERR_INVALID, "%s: %s", t->path, strerror(errno));
	e = read_lines(t, in, why);
	fclose(in);
	if (e)
		return e;
	if (t->ranges_len == 0)
		return problem_set(
		    why, ERR_INVALID, "%s: has no range", t->path);
	qsort(t->ranges, t->ranges_len, sizeof(t->ranges[0]), compare_low);
	return fill_gaps(t, why);
}

/* Cuts the intervals at every multiple of 65536.
 *
 * block    RANGES_BLOCKS + 1 places
 * entries  NULL: only counted
 * Returns the number of entries. */
static uint32_t
cut_blocks(const struct table *t, uint32_t *block, uint32_t *entries)
{
	const struct interval *at = t->intervals; /* the one in force */
	const struct interval *end = at + t->intervals_len;
	uint32_t len = 0;

	for (uint32_t b = 0; b < RANGES_BLOCKS; b++) {
		address_number first = (address_number)b << 16;

		while (at + 1 < end && at[1].start <= first)
			at++;
		block[b] = len;
		if (entries)
			entries[len] = at->country;
		len++;
		while (at + 1 < end && at[1].start >> 16 == b) {
			at++;
			if (entries)
				entries[len] =
				    (uint32_t)at->start << 16 | at->country;
			len++;
		}
	}
	block[RANGES_BLOCKS] = len;
	return len;
}

/* Gives the whole file: free(3). */
static struct ranges_header *
lay_out(const struct table *ipv4, const struct table *ipv6, size_t *size)
{
	struct ranges_header *h;
	address_number *ipv6_start;
	uint32_t *block = calloc(RANGES_BLOCKS + 1, sizeof(*block));
	uint32_t ipv6_len = (uint32_t)ipv6->intervals_len;
	uint32_t ipv4_len;
	uint16_t *country;

	if (!block)
		return NULL;
	ipv4_len = cut_blocks(ipv4, block, NULL);
	free(block);
	*size = sizeof(*h) + ranges_sections_size(ipv4_len, ipv6_len);
	h = calloc(1, *size);
	if (!h)
		return NULL;
	memcpy(h->magic, RANGES_MAGIC, sizeof(h->magic));
	h->version = RANGES_VERSION;
	h->ipv4_len = ipv4_len;
	h->ipv6_len = ipv6_len;
	ipv6_start = (address_number *)(h + 1);
	block = (uint32_t *)(ipv6_start + ipv6_len);
	cut_blocks(ipv4, block, block + RANGES_BLOCKS + 1);
	country = (uint16_t *)(block + RANGES_BLOCKS + 1 + ipv4_len);
	for (uint32_t i = 0; i < ipv6_len; i++) {
		ipv6_start[i] = ipv6->intervals[i].start;
		country[i] = ipv6->intervals[i].country;
	}
	crypto_generichash(h->digest, sizeof(h->digest),
	    (const unsigned char *)(h + 1), *size - sizeof(*h), NULL, 0);
	h->checksum = ranges_checksum(h, *size);
	return h;
}

static enum err
write_file(
    const char *path, const void *bytes, size_t size, struct problem *why)
{
	char beside[PATH_SIZE];
	FILE *out;
	bool is_written;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= PATH_SIZE)
		return problem_set(why, ERR_INVALID, "%s: is too long", path);
	out = fopen(beside, "we");
	if (!out)
		return problem_set(
		    why, ERR_INVALID, "%s: %s", beside, strerror(errno));
	is_written = fwrite(bytes, 1, size, out) == size;
	is_written = fclose(out) == 0 && is_written;
	if (is_written && rename(beside, path) == 0)
		return ERR_OK;
	problem_set(why, ERR_INVALID, "%s: %s", path, strerror(errno));
	remove(beside);
	return ERR_INVALID;
}

enum err
ranges_compile(const char *ipv4_path, const char *ipv6_path, const char *out,
    struct problem *why)
{
	struct table ipv4 = {
		.path = ipv4_path, .family = AF_INET, .last = UINT32_MAX
	};
	struct table ipv6 = { .path = ipv6_path,
		.family = AF_INET6,
		.last = ~(address_number)0 };
	struct ranges_header *file = NULL;
	size_t size;
	enum err e;

	e = table_read(&ipv4, why);
	if (!e)
		e = table_read(&ipv6, why);
	if (!e && !(file = lay_out(&ipv4, &ipv6, &size)))
		e = ERR_NO_MEMORY;
	if (!e)
		e = write_file(out, file, size, why);
	free(file);
	table_cleanup(&ipv4);
	table_cleanup(&ipv6);
	return e;
}
