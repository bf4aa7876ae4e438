/* Scanning on any processor: words of 8 bytes, and loops that a compiler turns
 * into vectors. */
#include "common/shoplog/scan_ways.h"
#include "common/shoplog/utf8.h"

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
	struct text t = { 0 };

	for (int i = 0; i < 64; i += 8) {
		uint64_t word, tabs, low;

		memcpy(&word, p + i, 8);
		word = le64toh(word);
		tabs = zero_bytes(word ^ EACH_BYTE('\t'));
		/* 0x20 and more sets the top bit, and so do bytes above 127. */
		low = ~((word & EACH_BYTE(0x7f)) + EACH_BYTE(0x60)) & ~word;
		t.blanks |= top_bits(zero_bytes(word ^ EACH_BYTE(' ')) | tabs)
			    << i;
		t.controls |=
		    top_bits((low & ~tabs) | zero_bytes(word ^ EACH_BYTE(0x7f)))
		    << i;
		t.high |= top_bits(word) << i;
	}
	return t;
}

static inline bool
is_utf8(const char *p, size_t len)
{
	return utf8_is_plain(span_of(p, len));
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

static inline unsigned
lowest(uint64_t bits)
{
	return bits ? (unsigned)__builtin_ctzll(bits) : 0;
}

static inline unsigned
width(uint64_t bits)
{
	return bits ? 64 - (unsigned)__builtin_clzll(bits) : 0;
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

#include "common/shoplog/scan_loop.inc"

size_t
scan_plain(struct scan *s, struct span block, struct scan_batch *out)
{
	return scan_loop(s, block, out);
}
