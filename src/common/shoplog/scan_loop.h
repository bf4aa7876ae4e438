/* The loop of scanning, written once, compiled with the primitives of each way.
 * The file that includes this (scan_plain.c, scan_avx2.c) has defined
 *
 *	WAY                        what to put before each function
 *	line_ends(p, &odd)         64 bytes: a bit for each "\n"; in odd, for
 *	                           each other byte that is not printable ASCII
 *	fits(layout, p)            whether the bytes fit the layout
 *	read_ipv4(p, &ip)          bytes of an IPv4 address before a blank; 0
 *	has_host(s, p)             whether the scheme and host are the last ones
 *	has_blank(p, len)          whether a blank is among them
 *
 * Each of them may read, but not use, what is behind a line. */
#include "common/shoplog/scan_ways.h"

#include <string.h>

struct ends {
	uint32_t at[SCAN_LINES + 64]; /* of the "\n" of each line */
	unsigned len;
	/* Lines with a byte that is not printable ASCII, by number. */
	uint64_t odd[2];
};

/* A "\r" before a "\n" is part of the line's end, not of the line. */
WAY static inline void
mark_odd(struct ends *e, const char *p, uint64_t newlines, uint64_t odd)
{
	for (; odd; odd &= odd - 1) {
		int bit = __builtin_ctzll(odd);
		unsigned line =
		    e->len + (unsigned)__builtin_popcountll(
				 newlines & ((UINT64_C(1) << bit) - 1));

		if (p[bit] != '\r' || p[bit + 1] != '\n')
			e->odd[line / 64] |= UINT64_C(1) << line % 64;
	}
}

/* Finds the first lines of the block. */
WAY static inline void
find_ends(struct ends *e, struct span block)
{
	e->len = 0;
	e->odd[0] = e->odd[1] = 0;
	for (size_t i = 0; i < block.len && e->len < SCAN_LINES; i += 64) {
		uint64_t odd, newlines = line_ends(block.data + i, &odd);

		if (block.len - i < 64) {
			uint64_t inside = (UINT64_C(1) << (block.len - i)) - 1;

			newlines &= inside;
			odd &= inside;
		}
		if (__builtin_expect(odd != 0, 0))
			mark_odd(e, block.data + i, newlines, odd);
		for (; newlines; newlines &= newlines - 1)
			e->at[e->len++] =
			    (uint32_t)i + (uint32_t)__builtin_ctzll(newlines);
	}
	if (e->len > SCAN_LINES)
		e->len = SCAN_LINES;
}

WAY static inline bool
is_same_date(const struct scan *s, const char *date)
{
	uint64_t a, b;
	uint16_t c, d;

	memcpy(&a, date, 8);
	memcpy(&b, s->date, 8);
	memcpy(&c, date + 8, 2);
	memcpy(&d, s->date + 8, 2);
	return a == b && c == d;
}

WAY static inline const struct scan_layout *
find_layout(struct scan *s, const char *line)
{
	const struct scan_layout *l = &s->layouts[s->current];

	if (__builtin_expect(fits(l, line), 1))
		return l;
	for (unsigned i = 0; i < s->layouts_len; i++)
		if (i != s->current && fits(&s->layouts[i], line)) {
			s->current = i;
			return &s->layouts[i];
		}
	return NULL;
}

/* `number` tens and ones. */
WAY static inline uint32_t
two_digits(const char *p)
{
	return (uint32_t)(p[0] - '0') * 10 + (uint32_t)(p[1] - '0');
}

/* Reads a line that fits a layout. false: it is for scan_read. */
WAY static inline bool
read_fast(struct scan *s, struct span line, struct visit *out)
{
	const struct scan_layout *l = find_layout(s, line.data);
	const char *time, *p, *end = line.data + line.len;
	uint32_t hour, ip;
	unsigned len;

	if (!l || line.len <= l->address_at || line.len > LINE_MAX_BYTES)
		return false;
	time = line.data + l->time_at;
	hour = two_digits(time);
	if (hour > 23)
		return false;
	if (__builtin_expect(!is_same_date(s, line.data + l->date_at), 0) &&
	    !scan_read_date(s, line.data + l->date_at))
		return false;
	out->day = s->day;
	out->second =
	    hour * 3600 + two_digits(time + 3) * 60 + two_digits(time + 6);
	p = line.data + l->address_at;
	len = read_ipv4(p, &ip);
	p += len + 1;
	if (__builtin_expect(len == 0, 0) || !has_host(s, p))
		return scan_read_rest(s, line, l->address_at, out);
	p += s->host_len;
	out->ip = (struct hash_key){ 0, UINT64_C(0xffff) << 32 | ip };
	out->rest = span_of(p, (size_t)(end - p));
	if (p < end && *p != '/' && *p != '?' && *p != '#')
		return scan_read_rest(s, line, l->address_at, out);
	return !has_blank(p, out->rest.len);
}

WAY static inline size_t
scan_loop(struct scan *s, struct span block, struct scan_batch *out)
{
	size_t start = 0;
	struct ends ends;

	out->visits_len = out->malformed_len = 0;
	find_ends(&ends, block);
	for (unsigned i = 0; i < ends.len; i++) {
		struct span line =
		    span_of(block.data + start, ends.at[i] - start);
		bool is_plain = !(ends.odd[i / 64] >> i % 64 & 1);
		struct visit *visit = &out->visits[out->visits_len];

		if (line.len && line.data[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0) {
		} else if (__builtin_expect(is_plain, 1) &&
			   read_fast(s, line, visit)) {
			out->visits_len++;
		} else if (scan_read(s, line, is_plain, visit)) {
			out->visits_len++;
		} else {
			out->malformed[out->malformed_len++] = start;
		}
		start = ends.at[i] + (size_t)1;
	}
	return start;
}
