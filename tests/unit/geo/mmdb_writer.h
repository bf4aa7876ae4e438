#ifndef TRAWL_TESTS_MMDB_WRITER_H
#define TRAWL_TESTS_MMDB_WRITER_H

#include "unit/geo/geo_files.h"

#include <assert.h>

/* Writes MMDB files (format 2.0: an IPv6 tree of 24-bit records in which IPv4
 * lives under ::/96), so that every layout can be tested without a database of
 * anybody's. Zeroed: an empty one. */
struct mmdb_writer {
	uint32_t nodes[4096]
		      [2]; /* 0: empty; a node; or IS_DATA and an offset */
	uint32_t nodes_len;
	uint8_t data[4096];
	uint32_t data_len;
};

#define MMDB_WRITER_IS_DATA 0x80000000U

enum {
	MMDB_TEXT = 2,
	MMDB_UINT16 = 5,
	MMDB_UINT32 = 6,
	MMDB_MAP = 7,
	MMDB_UINT64 = 9,
	MMDB_ARRAY = 11
};

static inline void
mmdb_put_byte(struct mmdb_writer *w, unsigned byte)
{
	assert(w->data_len < sizeof(w->data));
	w->data[w->data_len++] = (uint8_t)byte;
}

/* The head of a value of fewer than 29 bytes or pairs. */
static inline void
mmdb_put(struct mmdb_writer *w, unsigned type, size_t size)
{
	assert(size < 29);
	mmdb_put_byte(w, type << 5 | (unsigned)size);
}

/* The head of a value of a type above 7. */
static inline void
mmdb_put_extended(struct mmdb_writer *w, unsigned type, size_t size)
{
	mmdb_put(w, 0, size);
	mmdb_put_byte(w, type - 7);
}

static inline void
mmdb_put_text(struct mmdb_writer *w, const char *text)
{
	mmdb_put(w, MMDB_TEXT, strlen(text));
	for (; *text; text++)
		mmdb_put_byte(w, (unsigned char)*text);
}

static inline void
mmdb_put_number(struct mmdb_writer *w, unsigned type, uint32_t number)
{
	int size = type == MMDB_UINT16 ? 2 : 4;

	mmdb_put(w, type, (size_t)size);
	while (size-- > 0)
		mmdb_put_byte(w, number >> 8 * size & 0xff);
}

/* {"key": "value"}; returns where it is, for mmdb_put_network. */
static inline uint32_t
mmdb_put_pair(struct mmdb_writer *w, const char *key, const char *value)
{
	uint32_t at = w->data_len;

	mmdb_put(w, MMDB_MAP, 1);
	mmdb_put_text(w, key);
	mmdb_put_text(w, value);
	return at;
}

static inline void
mmdb_put_network(
    struct mmdb_writer *w, const char *first, unsigned prefix, uint32_t data)
{
	struct address a = address_of(first);
	uint32_t node = 0;

	if (address_is_ipv4(&a)) {
		memset(a.bytes, 0, 12);
		prefix += 96;
	}
	if (w->nodes_len == 0)
		w->nodes_len = 1;
	for (unsigned bit = 0; bit < prefix; bit++) {
		uint32_t *side =
		    &w->nodes[node][a.bytes[bit / 8] >> (7 - bit % 8) & 1];

		if (bit + 1 == prefix) {
			*side = MMDB_WRITER_IS_DATA | data;
			return;
		}
		if (*side == 0) {
			assert(w->nodes_len < 4096);
			*side = w->nodes_len++;
		}
		assert(*side < MMDB_WRITER_IS_DATA); /* no net within a net */
		node = *side;
	}
}

static inline void
mmdb_write_tree(const struct mmdb_writer *w, FILE *out)
{
	for (uint32_t i = 0; i < w->nodes_len * 2; i++) {
		uint32_t side = w->nodes[i / 2][i % 2];
		uint32_t record = side ? side : w->nodes_len;

		if (side & MMDB_WRITER_IS_DATA)
			record =
			    (side & ~MMDB_WRITER_IS_DATA) + w->nodes_len + 16;
		for (int shift = 16; shift >= 0; shift -= 8)
			fputc((int)(record >> shift & 0xff), out);
	}
}

static inline void
mmdb_write(const struct mmdb_writer *w, const char *path, const char *type)
{
	static struct mmdb_writer metadata;
	FILE *out = fopen(path, "w");

	assert(out);
	mmdb_write_tree(w, out);
	fwrite("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 1, 16, out);
	fwrite(w->data, 1, w->data_len, out);
	fwrite("\xab\xcd\xefMaxMind.com", 1, 14, out);
	metadata.data_len = 0;
	mmdb_put(&metadata, MMDB_MAP, 9);
	mmdb_put_text(&metadata, "node_count");
	mmdb_put_number(&metadata, MMDB_UINT32, w->nodes_len);
	mmdb_put_text(&metadata, "record_size");
	mmdb_put_number(&metadata, MMDB_UINT16, 24);
	mmdb_put_text(&metadata, "ip_version");
	mmdb_put_number(&metadata, MMDB_UINT16, 6);
	mmdb_put_text(&metadata, "binary_format_major_version");
	mmdb_put_number(&metadata, MMDB_UINT16, 2);
	mmdb_put_text(&metadata, "binary_format_minor_version");
	mmdb_put_number(&metadata, MMDB_UINT16, 0);
	mmdb_put_text(&metadata, "database_type");
	mmdb_put_text(&metadata, type);
	mmdb_put_text(&metadata, "languages");
	mmdb_put_extended(&metadata, MMDB_ARRAY, 0);
	mmdb_put_text(&metadata, "description");
	mmdb_put_pair(&metadata, "en", "made by a test of trawl");
	mmdb_put_text(&metadata, "build_epoch");
	mmdb_put_extended(&metadata, MMDB_UINT64, 1);
	mmdb_put_byte(&metadata, 1); /* a second after 1970; 0 is refused */
	fwrite(metadata.data, 1, metadata.data_len, out);
	fclose(out);
}

#endif
