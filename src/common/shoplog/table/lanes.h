#ifndef TRAWL_COMMON_SHOPLOG_TABLE_LANES_H
#define TRAWL_COMMON_SHOPLOG_TABLE_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Many comparisons in a few instructions, for the tables that every line asks.
 * Each is written twice: for any processor, and with SSE2, which every x86-64
 * has. Both say the same (tests/unit/table/test_lanes.c). */
enum {
	LANES_BYTES = 16,
	LANES_NUMBERS = 8,
	LANES_WIDE = 3,   /* numbers of 128 bits */
	LANES_TEXT = 48,  /* longest text of lanes_are_text() */
	LANES_SHORT = 32, /* bytes of a short text and zeros behind it */
	LANES_KEYS = LANES_SHORT / 4,
};

static inline unsigned
lanes_equal_bytes_plain(const uint8_t bytes[LANES_BYTES], uint8_t byte)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < LANES_BYTES; i++)
		bits |= (unsigned)(bytes[i] == byte) << i;
	return bits;
}

static inline unsigned
lanes_first_plain(
    const uint32_t a[LANES_NUMBERS], uint32_t number, const void *b)
{
	for (unsigned i = 0; i < LANES_NUMBERS; i++) {
		uint32_t other;

		memcpy(&other, (const uint8_t *)b + i * sizeof(other),
		    sizeof(other));
		if (a[i] == number || other == 0)
			return i;
	}
	return LANES_NUMBERS;
}

static inline unsigned
lanes_equal_numbers_plain(const uint32_t a[LANES_NUMBERS], uint32_t number)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < LANES_NUMBERS; i++)
		bits |= (unsigned)(a[i] == number) << i;
	return bits;
}

static inline unsigned
lanes_equal_wide_plain(const void *a, const void *number)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < LANES_WIDE; i++)
		bits |= (unsigned)(memcmp((const uint8_t *)a + 16 * i, number,
				       16) == 0)
			<< 4 * i;
	return bits;
}

static inline bool
lanes_are_text_plain(const char padded[LANES_TEXT], const char *p, size_t len)
{
	return memcmp(padded, p, len < LANES_TEXT ? len : LANES_TEXT) == 0;
}

/* All bits for the first `len` of 32 bytes, from LANES_SHORT - len on. */
static const uint8_t lanes_keep[2 * LANES_SHORT] = {
#define EIGHT 255, 255, 255, 255, 255, 255, 255, 255
	EIGHT, EIGHT, EIGHT, EIGHT
#undef EIGHT
};

static inline uint64_t
lanes_hash_short_plain(
    const char *p, size_t len, const uint32_t key[LANES_KEYS])
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < LANES_KEYS; i += 2) {
		uint8_t text[2 * sizeof(uint32_t)];
		uint32_t word[2];

		for (unsigned k = 0; k < sizeof(text); k++)
			text[k] = (uint8_t)p[4 * i + k] &
				  lanes_keep[LANES_SHORT - len + 4 * i + k];
		memcpy(word, text, sizeof(word));
		sum += (uint64_t)(uint32_t)(word[0] + key[i]) *
		       (uint32_t)(word[1] + key[i + 1]);
	}
	return sum;
}

static inline bool
lanes_are_short_plain(const char *padded, const char *p, size_t len)
{
	return memcmp(padded, p, len) == 0 && padded[len] == 0;
}

#if defined(__SSE2__)

static inline __m128i
lanes_load(const void *p)
{
	return _mm_loadu_si128(p);
}

static inline unsigned
lanes_equal_bytes_sse2(const uint8_t bytes[LANES_BYTES], uint8_t byte)
{
	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(lanes_load(bytes), _mm_set1_epi8((char)byte)));
}

static inline unsigned
lanes_first_sse2(
    const uint32_t a[LANES_NUMBERS], uint32_t number, const void *b)
{
	const uint8_t *others = b;
	__m128i each = _mm_set1_epi32((int)number), none = _mm_setzero_si128();
	__m128i equal = _mm_packs_epi32(_mm_cmpeq_epi32(lanes_load(a), each),
	    _mm_cmpeq_epi32(lanes_load(a + 4), each));
	__m128i zero =
	    _mm_packs_epi32(_mm_cmpeq_epi32(lanes_load(others), none),
		_mm_cmpeq_epi32(lanes_load(others + 16), none));
	unsigned bits =
	    (unsigned)_mm_movemask_epi8(_mm_packs_epi16(equal, zero));

	return (unsigned)__builtin_ctz(bits | bits >> 8 | 1u << LANES_NUMBERS);
}

static inline unsigned
lanes_equal_numbers_sse2(const uint32_t a[LANES_NUMBERS], uint32_t number)
{
	__m128i each = _mm_set1_epi32((int)number);
	__m128i equal = _mm_packs_epi32(_mm_cmpeq_epi32(lanes_load(a), each),
	    _mm_cmpeq_epi32(lanes_load(a + 4), each));

	return (unsigned)_mm_movemask_epi8(
	    _mm_packs_epi16(equal, _mm_setzero_si128()));
}

static inline unsigned
lanes_equal_wide_sse2(const void *a, const void *number)
{
	const uint8_t *p = a;
	__m128i each = lanes_load(number);
	__m128i first = _mm_packs_epi32(_mm_cmpeq_epi32(lanes_load(p), each),
	    _mm_cmpeq_epi32(lanes_load(p + 16), each));
	__m128i second = _mm_packs_epi32(
	    _mm_cmpeq_epi32(lanes_load(p + 32), each), _mm_setzero_si128());
	/* Four bits a number, one for each of its quarters. */
	unsigned bits =
	    (unsigned)_mm_movemask_epi8(_mm_packs_epi16(first, second));

	bits &= bits >> 2;
	return bits & bits >> 1 & 0x111;
}

static inline __m128i
lanes_same(const char *padded, const char *p, const uint8_t *mask)
{
	return _mm_cmpeq_epi8(
	    lanes_load(padded), _mm_and_si128(lanes_load(p), lanes_load(mask)));
}

static inline bool
lanes_are_text_sse2(const char padded[LANES_TEXT], const char *p, size_t len)
{
	/* All bits for the bytes that count, from LANES_TEXT - len on. */
	static const uint8_t keep[2 * LANES_TEXT] = {
#define EIGHT 255, 255, 255, 255, 255, 255, 255, 255
		EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT
#undef EIGHT
	};
	const uint8_t *mask =
	    keep + LANES_TEXT - (len < LANES_TEXT ? len : LANES_TEXT);
	__m128i same = _mm_and_si128(lanes_same(padded, p, mask),
	    lanes_same(padded + 16, p + 16, mask + 16));

	same = _mm_and_si128(same, lanes_same(padded + 32, p + 32, mask + 32));
	return _mm_movemask_epi8(same) == 0xffff;
}

/* Sixteen of the bytes that count.
 *
 * keep  where the mask of the text begins, lanes_keep + LANES_SHORT - its length */
static inline __m128i
lanes_short(const char *p, const uint8_t *keep, unsigned from)
{
	return _mm_and_si128(lanes_load(p + from), lanes_load(keep + from));
}

/* Two products of neighbouring numbers. */
static inline __m128i
lanes_products(__m128i text, const uint32_t *key)
{
	__m128i sum = _mm_add_epi32(text, lanes_load(key));

	return _mm_mul_epu32(sum, _mm_srli_epi64(sum, 32));
}

static inline uint64_t
lanes_hash_short_sse2(const char *p, size_t len, const uint32_t key[LANES_KEYS])
{
	const uint8_t *keep = lanes_keep + LANES_SHORT - len;
	__m128i sum =
	    _mm_add_epi64(lanes_products(lanes_short(p, keep, 0), key),
		lanes_products(lanes_short(p, keep, 16), key + 4));

	sum = _mm_add_epi64(sum, _mm_shuffle_epi32(sum, 0x4e));
	return (uint64_t)_mm_cvtsi128_si64(sum);
}

static inline bool
lanes_are_short_sse2(const char *padded, const char *p, size_t len)
{
	const uint8_t *keep = lanes_keep + LANES_SHORT - len;
	__m128i same = _mm_and_si128(
	    _mm_cmpeq_epi8(lanes_load(padded), lanes_short(p, keep, 0)),
	    _mm_cmpeq_epi8(lanes_load(padded + 16), lanes_short(p, keep, 16)));

	return _mm_movemask_epi8(same) == 0xffff;
}

#define LANES(name) name##_sse2
#else
#define LANES(name) name##_plain
#endif

/* Which of the bytes are `byte`: a bit each, the first one's lowest. */
static inline unsigned
lanes_equal_bytes(const uint8_t bytes[LANES_BYTES], uint8_t byte)
{
	return LANES(lanes_equal_bytes)(bytes, byte);
}

/* The first place where `a` has the number or `b` has four zero bytes;
 * LANES_NUMBERS: there is none.
 *
 * b  as many times four bytes as there are numbers, of any type */
static inline unsigned
lanes_first(const uint32_t a[LANES_NUMBERS], uint32_t number, const void *b)
{
	return LANES(lanes_first)(a, number, b);
}

/* The places where `a` has the number: a bit each, the first one's lowest. */
static inline unsigned
lanes_equal_numbers(const uint32_t a[LANES_NUMBERS], uint32_t number)
{
	return LANES(lanes_equal_numbers)(a, number);
}

/* Which of LANES_WIDE numbers of 16 bytes are this one: a bit each, four apart, the
 * first one's lowest. */
static inline unsigned
lanes_equal_wide(const void *a, const void *number)
{
	return LANES(lanes_equal_wide)(a, number);
}

/* Whether a text of `len` bytes, at most LANES_TEXT of which count, begins as the
 * padded one does.
 *
 * padded  zeros behind a text of as many bytes
 * p       LANES_TEXT bytes can be read, but only `len` count */
static inline bool
lanes_are_text(const char padded[LANES_TEXT], const char *p, size_t len)
{
	return LANES(lanes_are_text)(padded, p, len);
}

/* A hash of a text of less than LANES_SHORT bytes: the sum of products of neighbouring
 * numbers, each added to one of the key, so that whatever two texts are, for few
 * keys only are their hashes the same (NH of UMAC).
 *
 * p  LANES_SHORT bytes can be read */
static inline uint64_t
lanes_hash_short(const char *p, size_t len, const uint32_t key[LANES_KEYS])
{
	return LANES(lanes_hash_short)(p, len, key);
}

/* Whether a text of less than LANES_SHORT bytes, none of which is zero, is the padded
 * one.
 *
 * padded  LANES_SHORT bytes, zeros behind the text
 * p       LANES_SHORT bytes can be read */
static inline bool
lanes_are_short(const char *padded, const char *p, size_t len)
{
	return LANES(lanes_are_short)(padded, p, len);
}

#undef LANES

#endif
