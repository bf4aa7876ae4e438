/* floor STEP LOG: reads a log of loggen in the shortest way that we know, with one
 * thread, and prints how many lines it met: what bench/parse shows between `wc -l`
 * and trawl. It keeps next to nothing of what trawl promises. Each step does what
 * those before it do, too:
 *
 *	lines     reads the bytes, finds the end of each line, reads its address
 *	visitors  finds the address in a table, tells paths apart by a hash, counts the
 *	          line for its hour and for its country
 *	verified  compares each byte before the path with the form of such a line, and
 *	          the path with the one that had this hash before
 *	carts     reads the numbers of lines about carts, and finds their cart in a table
 *
 * It takes it that each line has the service, level, host and column widths of most,
 * a date that exists and an IPv4 address; what it does of any other is of no use.
 * Nothing grows, keeps days apart, remembers what page came before a cart, asks a
 * table of countries, or answers. */
#include <fcntl.h>
#include <immintrin.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum step { LINES, VISITORS, VERIFIED, CARTS };

enum {
	BUFFER = 128 * 1024,
	PADDING = 192,    /* bytes behind the buffer that may be read */
	BATCH = 128,      /* lines */
	LINE_MOST = 1024, /* so much of a line is there when it is looked at */
	HOUR_AT = 27,
	ADDRESS_AT = 53,
	ADDRESS_LEAST = 7,
	ADDRESS_FORMS = 81,
	HOST_LEN = 30,  /* with the slash behind it */
	PATH_MOST = 32, /* bytes of a path that are compared */
	PLACES = 16,    /* of addresses in a cache line */
	PLACE_BITS = 20,
	CART_BITS = 20,
	PATH_BITS = 12,
	CART_PATH = 1 << PATH_BITS, /* of all lines about carts */
	PATHS,
};

/* 9 is any digit, Z any digit or letter. */
static const char form[] =
    "shop_api      | 9999-99-99 99:99:99 [ZZZZZZZZ] INFO: ";
static const char host[] = "https://all_to_the_bottom.com/";

struct line {
	const char *path; /* with the slash before it */
	uint32_t len;
	uint32_t ip, hour;
	uint32_t place; /* in `visitors` */
};

struct path {
	_Alignas(PATH_MOST) char text[PATH_MOST];
};

struct cart {
	uint64_t id;
	uint64_t number; /* of goods or user */
};

static struct floor {
	_Alignas(64) uint8_t least[64], range[64]; /* before the address */
	uint8_t host[PATH_MOST], host_mask[PATH_MOST];
	int8_t digits[1 << 8][16]; /* of an address: where those go */
	uint8_t country[1 << 16];  /* by the first half of an address */
	_Alignas(64) uint32_t visitors[1 << PLACE_BITS];
	_Alignas(64) struct cart carts[1 << CART_BITS];
	struct path paths[PATHS];
	uint64_t hours[PATHS][32], countries[PATHS][256];
	uint64_t lines, others;
} f;

#define SHORT static inline __attribute__((always_inline))

SHORT __m256i
load(const void *p)
{
	return _mm256_loadu_si256(p);
}

SHORT __m128i
load_half(const void *p)
{
	return _mm_loadu_si128(p);
}

SHORT bool
is_zero(__m256i v)
{
	return _mm256_testz_si256(v, v);
}

SHORT uint64_t
hash_of(uint64_t number, unsigned bits)
{
	return number * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits);
}

/* Which of 64 bytes have their top bit set. */
SHORT uint64_t
top_bits(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/* Tells the forms of an address apart by the places of its dots and its end. */
SHORT uint8_t
form_of_address(uint32_t ends)
{
	return (uint8_t)(ends * 6639 >> 13);
}

static void
add_form(const unsigned len[4])
{
	int8_t row[16];
	unsigned at = 0;
	uint32_t ends = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned past = at + len[i];

		row[4 * i] = (int8_t)(len[i] > 2 ? past - 3 : 0x80);
		row[4 * i + 1] = (int8_t)(len[i] > 1 ? past - 2 : 0x80);
		row[4 * i + 2] = (int8_t)(past - 1);
		row[4 * i + 3] = (int8_t)0x80;
		ends |= 1u << past;
		at = past + 1;
	}
	memcpy(f.digits[form_of_address(ends)], row, sizeof(row));
}

static void
init(void)
{
	for (unsigned i = 0; i < ADDRESS_FORMS; i++)
		add_form((unsigned[4]){
		    i / 27 + 1, i / 9 % 3 + 1, i / 3 % 3 + 1, i % 3 + 1 });
	memset(f.range, UINT8_MAX, sizeof(f.range));
	for (size_t i = 0; i < ADDRESS_AT; i++) {
		bool is_any = form[i] == '9' || form[i] == 'Z';

		f.least[i] = is_any ? '0' : (uint8_t)form[i];
		f.range[i] = (uint8_t)(is_any ? form[i] - '0' : 0);
	}
	memcpy(f.host, host, HOST_LEN);
	memset(f.host_mask, UINT8_MAX, HOST_LEN);
	for (uint32_t i = 0; i < sizeof(f.country); i++)
		f.country[i] = (uint8_t)(i * 7 >> 3);
}

SHORT uint32_t
read_address(const char *p, uint32_t *len)
{
	__m128i text = load_half(p), value;
	uint32_t dots = (uint32_t)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(text, _mm_set1_epi8('.')));
	uint32_t blanks = (uint32_t)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(text, _mm_set1_epi8(' ')));
	uint32_t ends = (dots | blanks) & _blsmsk_u32(blanks);

	*len = _tzcnt_u32(blanks | 1u << 15);
	value = _mm_shuffle_epi8(_mm_sub_epi8(text, _mm_set1_epi8('0')),
	    load_half(f.digits[form_of_address(ends)]));
	/* Hundreds, tens and ones. */
	value = _mm_maddubs_epi16(value, _mm_set1_epi32(0x00010a64));
	value = _mm_madd_epi16(value, _mm_set1_epi16(1));
	value = _mm_packus_epi32(value, value);
	return (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(value, value));
}

/* Up to sixteen digits. */
SHORT uint64_t
read_number(const char *p)
{
	/* What is moved to the end of sixteen bytes. */
	static const int8_t move[32] = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
		12, 13, 14, 15 };
	__m128i digits = _mm_sub_epi8(load_half(p), _mm_set1_epi8('0'));
	__m128i is_digit =
	    _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
	uint32_t len = _tzcnt_u32(~(uint32_t)_mm_movemask_epi8(is_digit));
	uint64_t halves;

	digits = _mm_shuffle_epi8(digits, load_half(move + len));
	digits = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010a));
	digits = _mm_madd_epi16(digits, _mm_set1_epi32(0x00010064));
	digits = _mm_packus_epi32(digits, digits);
	digits = _mm_madd_epi16(digits, _mm_set1_epi32(0x00012710));
	halves = (uint64_t)_mm_cvtsi128_si64(digits);
	return (uint32_t)halves * UINT64_C(100000000) + (halves >> 32);
}

/* The first byte from p on that ends a path: the end of its line, or when it is
 * verified any that is not graphic. */
SHORT const char *
end_of_path(const char *p, enum step step)
{
	uint64_t ends = 0;

	for (;; p += 64) {
		__m256i low = load(p), high = load(p + 32);

		if (step < VERIFIED) {
			const __m256i newline = _mm256_set1_epi8('\n');

			low = _mm256_cmpeq_epi8(low, newline);
			high = _mm256_cmpeq_epi8(high, newline);
		} else {
			const __m256i least = _mm256_set1_epi8('!');
			const __m256i beyond =
			    _mm256_set1_epi8(127 - '~' + '!');

			low = _mm256_sub_epi8(low, least);
			low = _mm256_adds_epu8(low, beyond);
			high = _mm256_sub_epi8(high, least);
			high = _mm256_adds_epu8(high, beyond);
		}
		ends = top_bits(low, high);
		if (ends)
			return p + _tzcnt_u64(ends);
	}
}

/* Whether a line looks as most do, up to its path. */
SHORT bool
is_usual(const char *line, const char *url)
{
	__m256i low = _mm256_sub_epi8(load(line), load(f.least));
	__m256i high = _mm256_sub_epi8(load(line + 32), load(f.least + 32));
	__m256i misfits = _mm256_or_si256(_mm256_subs_epu8(low, load(f.range)),
	    _mm256_subs_epu8(high, load(f.range + 32)));
	__m256i other = _mm256_and_si256(
	    _mm256_xor_si256(load(url), load(f.host)), load(f.host_mask));

	return is_zero(_mm256_or_si256(misfits, other));
}

/* Reads lines from *at on, as many as a batch holds. */
SHORT size_t
read_lines(const char **at, const char *end, struct line *lines, enum step step)
{
	const char *p = *at;
	size_t len = 0;

	while (len < BATCH && end - p >= LINE_MOST) {
		struct line *l = &lines[len];
		const char *address = p + ADDRESS_AT, *next;
		uint32_t address_len;

		next =
		    end_of_path(address + ADDRESS_LEAST + 1 + HOST_LEN, step);
		l->ip = read_address(address, &address_len);
		l->hour =
		    (uint32_t)((p[HOUR_AT] - '0') * 10 + p[HOUR_AT + 1] - '0') %
		    32;
		l->path = address + address_len + HOST_LEN;
		l->len = (uint32_t)(next - l->path);
		if (step < VERIFIED ||
		    (is_usual(p, address + address_len + 1) && *next == '\n')) {
			p = next + 1;
			len++;
			continue;
		}
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : end;
		f.others++;
	}
	*at = p < end ? p : end;
	f.lines += len;
	return len;
}

SHORT uint32_t
path_of(const struct line *l)
{
	uint64_t first, then;

	memcpy(&first, l->path, 8);
	memcpy(&then, l->path + 8, 8);
	first *= UINT64_C(0xc2b2ae3d27d4eb4f);
	return (uint32_t)hash_of(first ^ (then + l->len), PATH_BITS);
}

/* Puts the path where it belongs if another one is there, or nothing for a line
 * about a cart. */
SHORT void
compare_path(const struct line *l, uint32_t path)
{
	static const uint8_t keep[2 * PATH_MOST] = {
		[0 ... PATH_MOST - 1] = UINT8_MAX,
	};
	uint32_t len = l->len < PATH_MOST ? l->len : PATH_MOST;
	__m256i text;

	len = path == CART_PATH ? 0 : len;
	text = _mm256_and_si256(load(l->path), load(keep + PATH_MOST - len));
	if (!is_zero(_mm256_xor_si256(text, load(&f.paths[path]))))
		_mm256_store_si256((void *)&f.paths[path], text);
}

/* Finds the address, or puts it where it belongs. */
SHORT void
meet(const struct line *l)
{
	uint32_t *places = &f.visitors[l->place], i = 0;
	const __m256i ip = _mm256_set1_epi32((int)l->ip);
	__m256i here = _mm256_or_si256(_mm256_cmpeq_epi32(load(places), ip),
	    _mm256_cmpeq_epi32(load(places + PLACES / 2), ip));

	if (!is_zero(here))
		return;
	while (i < PLACES - 1 && places[i] != 0)
		i++;
	places[i] = l->ip;
}

/* "/cart", "/pay?" and "/success_pay" by their first letters: no other path of such
 * a log has them. */
SHORT bool
is_of_cart(const struct line *l)
{
	uint32_t first, cart, pay, success;

	memcpy(&first, l->path, 4);
	memcpy(&cart, "/car", 4);
	memcpy(&pay, "/pay", 4);
	memcpy(&success, "/suc", 4);
	return (first == cart) | (first == pay) | (first == success);
}

/* The id is the last number; the first one lies where that of goods does. */
SHORT void
meet_carts(const struct line *const *lines, size_t len)
{
	struct cart *carts[BATCH];
	uint64_t id[BATCH];

	for (size_t i = 0; i < len; i++) {
		const char *p = lines[i]->path + lines[i]->len;

		while (p[-1] != '=' && p[-1] != '_')
			p--;
		id[i] = read_number(p);
		carts[i] = &f.carts[hash_of(id[i], CART_BITS)];
		__builtin_prefetch(carts[i], 1);
	}
	for (size_t i = 0; i < len; i++) {
		struct cart *c = carts[i];

		while (c->id != 0 && c->id != id[i])
			c = c == &f.carts[(1 << CART_BITS) - 1] ? f.carts
								: c + 1;
		c->id = id[i];
		c->number +=
		    read_number(lines[i]->path + strlen("/cart?goods_id="));
	}
}

SHORT void
count(struct line *lines, size_t len, enum step step)
{
	const struct line *carts[BATCH];
	uint32_t path[BATCH];
	size_t carts_len = 0;

	for (size_t i = 0; i < len; i++) {
		lines[i].place = (uint32_t)hash_of(lines[i].ip, PLACE_BITS) &
				 ~(uint32_t)(PLACES - 1);
		__builtin_prefetch(&f.visitors[lines[i].place]);
	}
	for (size_t i = 0; i < len; i++) {
		path[i] = path_of(&lines[i]);
		if (step >= CARTS) {
			bool is_cart = is_of_cart(&lines[i]);

			carts[carts_len] = &lines[i];
			carts_len += is_cart;
			path[i] = is_cart ? CART_PATH : path[i];
		}
		if (step >= VERIFIED)
			compare_path(&lines[i], path[i]);
	}
	for (size_t i = 0; i < len; i++) {
		meet(&lines[i]);
		f.hours[path[i]][lines[i].hour]++;
		f.countries[path[i]][f.country[lines[i].ip >> 16]]++;
	}
	if (step >= CARTS)
		meet_carts(carts, carts_len);
}

SHORT void
read_log(int fd, char *buffer, enum step step)
{
	struct line lines[BATCH];
	size_t filled = 0, len;
	ssize_t got;

	while ((got = read(fd, buffer + filled, BUFFER - filled)) > 0) {
		const char *at = buffer, *end = buffer + filled + got;

		buffer[end - buffer] = '\n'; /* nobody looks further */
		while ((len = read_lines(&at, end, lines, step)) > 0)
			if (step >= VISITORS)
				count(lines, len, step);
		filled = (size_t)(end - at);
		memmove(buffer, at, filled);
	}
}

int
main(int argc, char **argv)
{
	static char buffer[BUFFER + PADDING];
	const char *step = argc == 3 ? argv[1] : "";
	int fd = argc == 3 ? open(argv[2], O_RDONLY) : -1;

	if (fd < 0) {
		fputs("floor lines|visitors|verified|carts LOG\n", stderr);
		return 2;
	}
	init();
	if (strcmp(step, "lines") == 0)
		read_log(fd, buffer, LINES);
	else if (strcmp(step, "visitors") == 0)
		read_log(fd, buffer, VISITORS);
	else if (strcmp(step, "verified") == 0)
		read_log(fd, buffer, VERIFIED);
	else
		read_log(fd, buffer, CARTS);
	printf("%" PRIu64 " lines, %" PRIu64 " others\n", f.lines, f.others);
	return 0;
}
