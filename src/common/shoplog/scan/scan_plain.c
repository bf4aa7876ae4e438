/* Scanning on any processor: words of 8 bytes, and loops that a compiler turns
 * into vectors. */
#include "common/shoplog/scan/scan_ways.h"
#include "common/shoplog/scan/utf8.h"

#include <endian.h>
#include <string.h>

#define WAY

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* The top bit of each byte that is 0; exact, without carries between bytes. */
static inline uint64_t
zero_bytes(uint64_t word)
{
	return ~(((word & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f)) | word |
		 EACH_BYTE(0x7f));
}

static inline bool
fits(const uint8_t least[SCAN_WIDTH], const uint8_t range[SCAN_WIDTH],
    const char *p)
{
	uint8_t bad = 0;

	for (int i = 0; i < SCAN_WIDTH; i++) {
		uint8_t above = (uint8_t)((uint8_t)p[i] - least[i]);

		bad |= (uint8_t)(above > range[i]);
	}
	return bad == 0;
}

static inline const char *
read_usual(struct scan *s, const char *line, const char *end, struct visit *out,
    size_t most, size_t *len)
{
	(void)s;
	(void)end;
	(void)out;
	(void)most;
	*len = 0;
	return line;
}

static inline size_t
read_ipv4(const char *p, uint32_t *ip)
{
	const char *start = p;
	uint32_t all = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t value = (uint32_t)(uint8_t)*p - '0';
		const char *first = p++;

		if (value > 9)
			return 0;
		for (; p - first < 3 && (uint8_t)(*p - '0') <= 9; p++)
			value = value * 10 + (uint32_t)(*p - '0');
		if (value > 255 || (*first == '0' && p - first > 1) ||
		    (i < 3 && *p++ != '.'))
			return 0;
		all = all << 8 | value;
	}
	*ip = all;
	return (size_t)(p - start);
}

static inline bool
has_host(const struct scan_host *host, const char *p)
{
	uint8_t differs = 0;

	for (int i = 0; i < SCAN_HOST; i++)
		differs |=
		    (uint8_t)((uint8_t)p[i] ^ host->text[i]) & host->mask[i];
	return differs == 0;
}

/* The top bit of each byte, gathered: bit i is that of byte i. */
static inline uint64_t
top_bits(uint64_t word)
{
	return ((word >> 7 & EACH_BYTE(1)) * UINT64_C(0x0102040810204080)) >>
	       56;
}

static inline struct text
look(const char *p)
{
	struct text t = { .is_plain = true };

	for (int i = 0; i < 64; i += 8) {
		uint64_t word, blanks, ends, low, others;

		memcpy(&word, p + i, 8);
		word = le64toh(word);
		blanks = zero_bytes(word ^ EACH_BYTE('\t')) |
			 zero_bytes(word ^ EACH_BYTE(' '));
		ends = zero_bytes(word ^ EACH_BYTE('\n'));
		/* 0x21 and more sets the top bit, and so do bytes above 127. */
		low = ~((word & EACH_BYTE(0x7f)) + EACH_BYTE(0x5f)) & ~word &
		      EACH_BYTE(0x80);
		others = (low & ~(blanks | ends)) |
			 zero_bytes(word ^ EACH_BYTE(0x7f));
		for (; others; others &= others - 1) {
			int at = i + __builtin_ctzll(others) / 8;

			t.is_plain &= p[at] == '\r' && p[at + 1] == '\n';
		}
		t.blanks |= top_bits(low) << i;
		t.ends |= top_bits(ends) << i;
		t.high |= top_bits(word) << i;
	}
	return t;
}

/* Lines one by one: of text with ends of lines utf8_is_plain() says that it is not. */
static inline bool
are_utf8(struct span lines)
{
	while (lines.len) {
		const char *end = memchr(lines.data, '\n', lines.len);
		size_t len = end ? (size_t)(end - lines.data) : lines.len;
		size_t text =
		    len && lines.data[len - 1] == '\r' ? len - 1 : len;

		if (!utf8_is_plain(span_of(lines.data, text)))
			return false;
		len += end != NULL;
		lines = span_of(lines.data + len, lines.len - len);
	}
	return true;
}

static inline unsigned
first_not_utf8(
    const char *text, const uint8_t *block, unsigned len, unsigned none)
{
	unsigned first = 0;

	for (unsigned i = 0; i < len; i++) {
		if (i + 1 < len && block[i + 1] == block[i] + 1)
			continue;
		if (!are_utf8(span_of(text + 64 * block[first],
			(size_t)64 * (block[i] + 1 - block[first]))))
			return block[first];
		first = i + 1;
	}
	return none;
}

static inline size_t
find_path(const char *url, size_t len)
{
	struct span rest;

	return visit_read_url(span_of(url, len), &rest) ? len - rest.len : 0;
}

static inline uint64_t
places_of(const char *p, char byte)
{
	uint64_t places = 0;

	for (int i = 0; i < 64; i += 8) {
		uint64_t word;

		memcpy(&word, p + i, 8);
		word = le64toh(word) ^ EACH_BYTE((uint8_t)byte);
		places |= top_bits(zero_bytes(word)) << i;
	}
	return places;
}

static inline size_t
lowest(uint64_t bits)
{
	return bits ? (size_t)__builtin_ctzll(bits) : 64;
}

static inline size_t
graphic(const char *p)
{
	for (int i = 0; i < 64; i += 8) {
		uint64_t word, others;

		memcpy(&word, p + i, 8);
		word = le64toh(word);
		/* The top bit: up to the blank, above 127, and 127. */
		others = ~((word & EACH_BYTE(0x7f)) + EACH_BYTE(0x5f)) | word |
			 zero_bytes(word ^ EACH_BYTE(0x7f));
		others &= EACH_BYTE(0x80);
		if (others)
			return (size_t)i + (size_t)__builtin_ctzll(others) / 8;
	}
	return 64;
}

static inline size_t
read_ipv6(const char *p, struct hash_key *out)
{
	(void)p;
	(void)out;
	return 0;
}

#include "common/shoplog/scan/scan_loop.inc"

size_t
scan_plain(struct scan *s, struct span block, struct scan_batch *out)
{
	return scan_loop(s, block, out);
}
