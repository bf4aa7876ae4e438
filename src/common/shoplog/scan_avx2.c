/* Scanning with AVX2: 32 bytes at a time, an IPv4 address in one shuffle. */
#include "common/shoplog/scan_ways.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define WAY __attribute__((target("avx2,bmi,bmi2,popcnt")))

bool
scan_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") &&
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

WAY static inline uint64_t
line_ends(const char *p, uint64_t *odd)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	const __m256i blank = _mm256_set1_epi8(' ');
	const __m256i delete = _mm256_set1_epi8(0x7f);
	__m256i a = load(p), b = load(p + 32);
	uint64_t newlines = mask_of(
	    _mm256_cmpeq_epi8(a, newline), _mm256_cmpeq_epi8(b, newline));

	/* As signed numbers, bytes above 127 are below the blank too. */
	*odd = newlines ^ mask_of(_mm256_or_si256(_mm256_cmpgt_epi8(blank, a),
				      _mm256_cmpeq_epi8(a, delete)),
			      _mm256_or_si256(_mm256_cmpgt_epi8(blank, b),
				  _mm256_cmpeq_epi8(b, delete)));
	return newlines;
}

/* What does not fit, in 32 bytes from `at` on. */
WAY static inline __m256i
misfits(const struct scan_layout *l, const char *p, int at)
{
	__m256i bytes = load(p + at);
	__m256i over = _mm256_subs_epu8(
	    _mm256_xor_si256(bytes, load(l->like + at)), load(l->limit + at));
	__m256i blank =
	    _mm256_and_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(' ')),
		load(l->solid + at));

	return _mm256_or_si256(over, blank);
}

WAY static inline bool
fits(const struct scan_layout *l, const char *p)
{
	__m256i all = _mm256_or_si256(misfits(l, p, 0), misfits(l, p, 32));

	return _mm256_testz_si256(all, all);
}

/* Where the digits of four numbers go, of 1 to 3 digits each: as hundreds, tens
 * and ones into four bytes a number, and the least number that is written with
 * so many digits. */
struct ipv4_row {
	int8_t shuffle[16];
	int32_t least[4];
};

/* A number of n digits that begins at byte p. */
#define PLACES(p, n) \
	(n) > 2 ? (p) : -1, (n) > 1 ? (p) + (n)-2 : -1, (p) + (n)-1, -1
#define LEAST(n)          ((n) == 3 ? 100 : (n) == 2 ? 10 : 0)
#define INDEX(a, b, c, d) ((a)-1) << 6 | ((b)-1) << 4 | ((c)-1) << 2 | ((d)-1)
#define ROW(a, b, c, d)                                               \
	[INDEX(a, b, c, d)] = { { PLACES(0, a), PLACES((a) + 1, b),   \
				    PLACES((a) + (b) + 2, c),         \
				    PLACES((a) + (b) + (c) + 3, d) }, \
		{ LEAST(a), LEAST(b), LEAST(c), LEAST(d) } }
#define ROWS_D(a, b, c) ROW(a, b, c, 1), ROW(a, b, c, 2), ROW(a, b, c, 3)
#define ROWS_C(a, b)    ROWS_D(a, b, 1), ROWS_D(a, b, 2), ROWS_D(a, b, 3)
#define ROWS_B(a)       ROWS_C(a, 1), ROWS_C(a, 2), ROWS_C(a, 3)

static const struct ipv4_row ipv4_rows[256] __attribute__((aligned(32))) = {
	ROWS_B(1),
	ROWS_B(2),
	ROWS_B(3),
};

/* The four bytes that are no digit part the numbers: three dots and a blank. */
WAY static inline unsigned
read_ipv4(const char *p, uint32_t *ip)
{
	__m128i text = _mm_loadu_si128((const void *)p);
	__m128i digits = _mm_xor_si128(text, _mm_set1_epi8('0'));
	__m128i over = _mm_subs_epu8(digits, _mm_set1_epi8(9));
	unsigned dots = (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(text, _mm_set1_epi8('.')));
	unsigned others =
	    0xf0000 | (0xffff ^ (unsigned)_mm_movemask_epi8(
				    _mm_cmpeq_epi8(over, _mm_setzero_si128())));
	unsigned a, b, c, end, len0, len1, len2, len3, bad;
	const struct ipv4_row *row;
	__m128i value, wrong;

	a = (unsigned)__builtin_ctz(others);
	others &= others - 1;
	b = (unsigned)__builtin_ctz(others);
	others &= others - 1;
	c = (unsigned)__builtin_ctz(others);
	others &= others - 1;
	end = (unsigned)__builtin_ctz(others);
	/* Digits less one: 0 to 2, anything else has a bit above or is 3. */
	len0 = a - 1;
	len1 = b - a - 2;
	len2 = c - b - 2;
	len3 = end - c - 2;
	bad = (len0 | len1 | len2 | len3 | (len0 + 1) | (len1 + 1) |
		  (len2 + 1) | (len3 + 1)) &
	      ~3u;
	bad |= (p[end] != ' ') | ((dots >> a & dots >> b & dots >> c & 1) ^ 1);
	row = &ipv4_rows[(len0 & 3) << 6 | (len1 & 3) << 4 | (len2 & 3) << 2 |
			 (len3 & 3)];
	value = _mm_madd_epi16(
	    _mm_maddubs_epi16(_mm_shuffle_epi8(digits,
				  _mm_load_si128((const void *)row->shuffle)),
		_mm_set1_epi32(0x00010a64)),
	    _mm_set1_epi16(1));
	wrong = _mm_or_si128(
	    _mm_cmpgt_epi32(_mm_load_si128((const void *)row->least), value),
	    _mm_cmpgt_epi32(value, _mm_set1_epi32(255)));
	bad |= (unsigned)_mm_movemask_epi8(wrong);
	*ip = (uint32_t)_mm_cvtsi128_si32(
	    _mm_shuffle_epi8(value, _mm_setr_epi8(12, 8, 4, 0, -1, -1, -1, -1,
					-1, -1, -1, -1, -1, -1, -1, -1)));
	return bad ? 0 : end;
}

WAY static inline bool
has_host(const struct scan *s, const char *p)
{
	__m256i differs = _mm256_xor_si256(load(p), load(s->host));

	return _mm256_testz_si256(differs, load(s->host_mask));
}

WAY static inline bool
has_blank(const char *p, size_t len)
{
	const __m256i blank = _mm256_set1_epi8(' ');

	for (; len > 32; p += 32, len -= 32)
		if (_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(p), blank)))
			return true;
	return _bzhi_u32((uint32_t)_mm256_movemask_epi8(
			     _mm256_cmpeq_epi8(load(p), blank)),
		   (uint32_t)len) != 0;
}

#include "common/shoplog/scan_loop.inc"

WAY size_t
scan_avx2(struct scan *s, struct span block, struct scan_batch *out)
{
	return scan_loop(s, block, out);
}

#endif
