/* MMDB files through libmaxminddb. Which layout a file has is found once, when
 * it is opened: that of the first record in which any of them gives a country.
 * A file without such a record (of cities without countries, of networks' owners)
 * can answer nothing, and its operator should hear that at once. */
#include "common/geo/mmdb.h"

#include "common/base/span.h"
#include "common/geo/country.h"

#include <maxminddb.h>
#include <sodium.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef const char *const layout[3]; /* a path into a record, NULL at its end */

static layout layouts[] = {
	{ "country", "iso_code", NULL },
	{ "country_code", NULL },
	{ "country", NULL },
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

struct mmdb {
	MMDB_s file;
	layout *layout;
	uint8_t digest[MMDB_DIGEST_SIZE];
};

static uint16_t
country_of(MMDB_entry_s *record, layout *path)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(record, &data, *path) != MMDB_SUCCESS ||
	    !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING)
		return COUNTRY_UNKNOWN;
	return country_from_code(span_of(data.utf8_string, data.data_size));
}

static layout *
layout_of(uint64_t type, MMDB_entry_s *record)
{
	if (type != MMDB_RECORD_TYPE_DATA)
		return NULL;
	for (int i = 0; i < LAYOUTS; i++)
		if (country_of(record, &layouts[i]) != COUNTRY_UNKNOWN)
			return &layouts[i];
	return NULL;
}

/* Looks at the nodes in the order of the file: the tree's shape does not matter
 * here, and a damaged one cannot lead in circles. */
static enum err
find_layout(struct mmdb *m, const char *path, struct problem *why)
{
	MMDB_search_node_s node;

	for (uint32_t i = 0; i < m->file.metadata.node_count; i++) {
		if (MMDB_read_node(&m->file, i, &node) != MMDB_SUCCESS)
			return problem_set(why, ERR_INVALID,
			    "%s: is damaged at node %u", path, i);
		m->layout =
		    layout_of(node.left_record_type, &node.left_record_entry);
		if (!m->layout)
			m->layout = layout_of(
			    node.right_record_type, &node.right_record_entry);
		if (m->layout)
			return ERR_OK;
	}
	return problem_set(why, ERR_INVALID,
	    "%s: no record (of type \"%s\") has a country: wanted is "
	    "country.iso_code, country_code or country",
	    path, m->file.metadata.database_type);
}

enum err
mmdb_open(struct mmdb **out, const char *path, struct problem *why)
{
	struct mmdb *m = calloc(1, sizeof(*m));
	enum err e;
	int status;

	if (!m)
		return ERR_NO_MEMORY;
	status = MMDB_open(path, MMDB_MODE_MMAP, &m->file);
	if (status != MMDB_SUCCESS) {
		e = problem_set(why, ERR_INVALID, "%s: %s", path,
		    status == MMDB_FILE_OPEN_ERROR ? strerror(errno)
						   : MMDB_strerror(status));
		free(m);
		return e;
	}
	e = find_layout(m, path, why);
	if (e) {
		mmdb_close(m);
		return e;
	}
	crypto_generichash(m->digest, sizeof(m->digest), m->file.file_content,
	    (size_t)m->file.file_size, NULL, 0);
	*out = m;
	return ERR_OK;
}

void
mmdb_close(struct mmdb *m)
{
	if (!m)
		return;
	MMDB_close(&m->file);
	free(m);
}

uint16_t
mmdb_country(const struct mmdb *m, const struct address *ip)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
	const struct sockaddr *address = (const struct sockaddr *)&ipv6;
	MMDB_lookup_result_s found;
	int status;

	if (address_is_ipv4(ip)) {
		memcpy(&ipv4.sin_addr, ip->bytes + 12, 4);
		address = (const struct sockaddr *)&ipv4;
	} else {
		memcpy(&ipv6.sin6_addr, ip->bytes, 16);
	}
	found = MMDB_lookup_sockaddr(&m->file, address, &status);
	if (status != MMDB_SUCCESS || !found.found_entry)
		return COUNTRY_UNKNOWN;
	return country_of(&found.entry, m->layout);
}

const uint8_t *
mmdb_digest(const struct mmdb *m)
{
	return m->digest;
}
