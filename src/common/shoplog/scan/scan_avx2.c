/* Scanning with AVX2: 32 bytes at a time, an IPv4 address in one shuffle. */
#include "common/shoplog/scan/scan_ways.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

#define WAY __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

/* Which __builtin_cpu_supports() of clang 14 does not know. */
static bool
has_lzcnt(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT);
}

bool
scan_has_avx2(void)
{
	return has_lzcnt() && __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2") &&
	       __builtin_cpu_supports("popcnt");
}

WAY static inline __m256i
load(const void *p)
{
	return _mm256_loadu_si256(p);
}

WAY static inline uint64_t
mask_of(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/* What does not fit, in 32 bytes. */
WAY static inline __m256i
misfits(const uint8_t *least, const uint8_t *range, const char *p)
{
	return _mm256_subs_epu8(
	    _mm256_sub_epi8(load(p), load(least)), load(range));
}

WAY static inline bool
fits(const uint8_t least[SCAN_WIDTH], const uint8_t range[SCAN_WIDTH],
    const char *p)
{
	__m256i all = _mm256_or_si256(
	    misfits(least, range, p), misfits(least + 32, range + 32, p + 32));

	return _mm256_testz_si256(all, all);
}

/* Where the digits of four numbers go, of 1 to 3 digits each: as hundreds, tens
 * and ones into four bytes a number; and, of the numbers, the least one that is
 * written with so many digits, and how far it is from there to 255. One cache
 * line. */
struct ipv4_row {
	_Alignas(64) int8_t shuffle[16];
	uint32_t least[4], range[4];
	uint32_t ends; /* bits of the bytes behind the four numbers */
	uint32_t len;  /* up to the last of them */
};

/* A number of n digits that begins at byte p. */
#define PLACES(p, n) \
	(n) > 2 ? (p) : -1, (n) > 1 ? (p) + (n)-2 : -1, (p) + (n)-1, -1
#define LEAST(n) ((n) == 3 ? 100 : (n) == 2 ? 10 : 0)
#define ENDS(a, b, c, d)                                                   \
	(1u << (a) | 1u << ((a) + (b) + 1) | 1u << ((a) + (b) + (c) + 2) | \
	    1u << ((a) + (b) + (c) + (d) + 3))
/* Tells the 81 forms from each other: the first multiplier that does, found by
 * trying. */
#define INDEX(ends) ((ends)*6639 >> 13 & 255)
#define ROW(a, b, c, d)                                                     \
	[INDEX(ENDS(a, b, c, d))] = { { PLACES(0, a), PLACES((a) + 1, b),   \
					  PLACES((a) + (b) + 2, c),         \
					  PLACES((a) + (b) + (c) + 3, d) }, \
		{ LEAST(a), LEAST(b), LEAST(c), LEAST(d) },                 \
		{ 255 - LEAST(a), 255 - LEAST(b), 255 - LEAST(c),           \
		    255 - LEAST(d) },                                       \
		ENDS(a, b, c, d), (a) + (b) + (c) + (d) + 3 }
#define ROWS_D(a, b, c) ROW(a, b, c, 1), ROW(a, b, c, 2), ROW(a, b, c, 3)
#define ROWS_C(a, b)    ROWS_D(a, b, 1), ROWS_D(a, b, 2), ROWS_D(a, b, 3)
#define ROWS_B(a)       ROWS_C(a, 1), ROWS_C(a, 2), ROWS_C(a, 3)

static const struct ipv4_row ipv4_rows[256] = {
	ROWS_B(1),
	ROWS_B(2),
	ROWS_B(3),
};

/* A text that may be an IPv4 address. */
struct ipv4 {
	const struct ipv4_row *row; /* of its form, if it has one */
	unsigned ends;              /* the row's, if it has one */
	__m128i value;              /* the four numbers then */
};

/* What it takes to read one. */
struct ipv4_ways {
	__m128i zero, beyond_digits, dot, hundreds, sums;
};

WAY static inline struct ipv4_ways
ipv4_ways(void)
{
	return (struct ipv4_ways){
		.zero = _mm_set1_epi8('0'),
		.beyond_digits = _mm_set1_epi8(127 - 9),
		.dot = _mm_set1_epi8('.'),
		.hundreds = _mm_set1_epi32(0x00010a64),
		.sums = _mm_set1_epi16(1),
	};
}

/* The first byte that is neither digit nor dot ends the address; where it and the
 * dots are says which form it has. */
WAY static inline struct ipv4
look_for_ipv4(const struct ipv4_ways *w, const char *p)
{
	__m128i text = _mm_loadu_si128((const void *)p);
	__m128i digits = _mm_sub_epi8(text, w->zero);
	/* As unsigned numbers more than 9: so much more that the top bit is
	 * set. */
	unsigned others = (unsigned)_mm_movemask_epi8(
	    _mm_adds_epu8(digits, w->beyond_digits));
	unsigned dots =
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(text, w->dot));
	/* Without a byte that ends it the last of the dots may do: whoever looks
	 * at the byte behind the address sees that it is a dot. */
	unsigned ends = others & _blsmsk_u32(others ^ dots);
	const struct ipv4_row *row = &ipv4_rows[INDEX(ends)];
	__m128i placed = _mm_shuffle_epi8(
	    digits, _mm_load_si128((const void *)row->shuffle));

	return (struct ipv4){ row, ends,
		_mm_madd_epi16(
		    _mm_maddubs_epi16(placed, w->hundreds), w->sums) };
}

/* All zeros if each number is up to 255 and has no zeros before it. The numbers fit
 * in half of their 32 bits. */
WAY static inline __m128i
ipv4_misfits(const struct ipv4 *ip)
{
	__m128i above = _mm_sub_epi16(
	    ip->value, _mm_load_si128((const void *)ip->row->least));

	return _mm_subs_epu16(
	    above, _mm_load_si128((const void *)ip->row->range));
}

WAY static inline size_t
read_ipv4(const char *p, uint32_t *ip)
{
	const struct ipv4_ways w = ipv4_ways();
	struct ipv4 look = look_for_ipv4(&w, p);
	__m128i wrong = ipv4_misfits(&look);

	*ip = (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(
	    look.value, _mm_setr_epi8(12, 8, 4, 0, -1, -1, -1, -1, -1, -1, -1,
			    -1, -1, -1, -1, -1)));
	return look.ends == look.row->ends && _mm_testz_si128(wrong, wrong)
		   ? look.row->len
		   : 0;
}

/* What does not fit the host, in 32 bytes. */
WAY static inline __m256i
host_misfits(const struct scan_host *host, const char *p, unsigned from)
{
	return _mm256_and_si256(
	    _mm256_xor_si256(load(p + from), load(host->text + from)),
	    load(host->mask + from));
}

WAY static inline bool
has_host(const struct scan_host *host, const char *p)
{
	__m256i all = _mm256_or_si256(
	    host_misfits(host, p, 0), host_misfits(host, p, 32));

	return _mm256_testz_si256(all, all);
}

/* The bytes of `a` and `b` that are `byte`. */
WAY static inline uint64_t
equal_to(__m256i a, __m256i b, char byte)
{
	const __m256i each = _mm256_set1_epi8(byte);

	return mask_of(_mm256_cmpeq_epi8(a, each), _mm256_cmpeq_epi8(b, each));
}

#include "common/shoplog/scan/scan_ipv6.inc"

/* Blanks and what ends a line, by the lower halves of bytes; and 127, too. */
#define WHITE ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0x7f

WAY static inline struct text
look(const char *p)
{
	const __m256i white = _mm256_setr_epi8(WHITE, WHITE);
	const __m256i blank = _mm256_set1_epi8(' ');
	const __m256i newline = _mm256_set1_epi8('\n');
	const __m256i carriage_return = _mm256_set1_epi8('\r');
	__m256i low[2], strange = _mm256_setzero_si256();
	__m256i a = load(p), b = load(p + 32);

#pragma GCC unroll 2
	for (unsigned i = 0; i < 2; i++) {
		__m256i text = i == 0 ? a : b;
		__m256i next = load(p + 32 * i + 1);

		low[i] = _mm256_cmpeq_epi8(_mm256_min_epu8(text, blank), text);
		/* Is one of both, but not the other: a control. */
		strange = _mm256_or_si256(
		    strange, _mm256_xor_si256(low[i],
				 _mm256_cmpeq_epi8(
				     _mm256_shuffle_epi8(white, text), text)));
		strange = _mm256_or_si256(strange,
		    _mm256_andnot_si256(_mm256_cmpeq_epi8(next, newline),
			_mm256_cmpeq_epi8(text, carriage_return)));
	}
	return (struct text){ .blanks = mask_of(low[0], low[1]),
		.high = mask_of(a, b),
		.ends = equal_to(a, b, '\n'),
		.is_plain = _mm256_testz_si256(strange, strange) };
}

#include "common/shoplog/scan/scan_utf8.inc"

#include "common/shoplog/scan/scan_url.inc"

WAY static inline uint64_t
places_of(const char *p, char byte)
{
	return equal_to(load(p), load(p + 32), byte);
}

WAY static inline size_t
lowest(uint64_t bits)
{
	return _tzcnt_u64(bits);
}

WAY static inline size_t
graphic(const char *p)
{
	const __m256i one = _mm256_set1_epi8(1);
	const __m256i least = _mm256_set1_epi8('!' + 1);
	/* One more, as signed numbers: what is not below "!" + 1 is up to "~",
	 * since the byte behind it and those above 127 are below 1. */
	uint64_t others =
	    mask_of(_mm256_cmpgt_epi8(least, _mm256_add_epi8(load(p), one)),
		_mm256_cmpgt_epi8(least, _mm256_add_epi8(load(p + 32), one)));

	return _tzcnt_u64(others);
}

#include "common/shoplog/scan/scan_usual.inc"
#include "common/shoplog/scan/scan_usual_ipv6.inc"

#include "common/shoplog/scan/scan_loop.inc"

WAY size_t
scan_avx2(struct scan *s, struct span block, struct scan_batch *out)
{
	return scan_loop(s, block, out);
}

#endif
