/* A few addresses out of a segment that is not read as a whole. */
#include "common/shoplog/tally/addresses.h"

#include "common/shoplog/scan/visit.h"
#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/tally/shard.h"
#include "common/shoplog/tally/tally_state.h"

#include <stdlib.h>

enum { IPV4_SIZE = 4, IPV6_SIZE = 16, LAST_SIZE = 4 };

enum err
addresses_layout_read(struct span header, struct addresses_layout *out)
{
	struct reader r = reader_of(header);
	uint64_t version = reader_u64(&r), firsts;

	*out = (struct addresses_layout){ .names = reader_u64(&r) };
	out->ipv4_len = reader_u32(&r);
	out->ipv6_len = reader_u32(&r);
	firsts = reader_u32(&r);
	out->ipv6 = ADDRESSES_HEADER_SIZE;
	out->ipv4 = out->ipv6 + (uint64_t)IPV6_SIZE * out->ipv6_len;
	out->last = out->ipv4 + (uint64_t)IPV4_SIZE * out->ipv4_len;
	if (reader_u32(&r) != 0 || firsts != 0 || r.has_failed ||
	    version != ADDRESSES_VERSION ||
	    out->names != out->last + LAST_SIZE * ((uint64_t)out->ipv4_len +
						      out->ipv6_len))
		return ERR_CORRUPT;
	return ERR_OK;
}

static int
by_address(const void *left, const void *right)
{
	const struct hash_key *a = left, *b = right;
	int order = visitor_is_ipv4(*b) - visitor_is_ipv4(*a);

	if (order)
		return order;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

enum err
addresses_in_question(
    const struct tally *t, unsigned shard, struct hash_key **out, size_t *len)
{
	const struct hash_table *firsts = &t->visitors.firsts;
	struct hash_key *keys = malloc((firsts->len + 1) * sizeof(*keys));
	size_t found = 0;

	if (!keys)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < firsts->len; i++) {
		const struct first_cart *first = hash_table_at(firsts, i);

		if (shard_of(first->key) == shard)
			keys[found++] = first->key;
	}
	qsort(keys, found, sizeof(*keys), by_address);
	*out = keys;
	*len = found;
	return ERR_OK;
}

static enum err
pick(struct tally *t, const struct names_map *map,
    const struct address_page *page)
{
	struct visitors *visitors = &t->visitors;
	struct visitor *v;
	uint32_t before;
	bool is_new;

	if (page->last == 0 || page->last > map->len ||
	    !names_is_page(&t->names, map->ids[page->last - 1]))
		return ERR_CORRUPT;
	v = visitors_meet(visitors, page->key, &is_new);
	if (!v)
		return ERR_NO_MEMORY;
	return visitors_turn(
	    visitors, v, page->key, map->ids[page->last - 1], &before);
}

enum err
addresses_pick(struct tally *t, struct span names,
    const struct address_page *pages, size_t len)
{
	struct reader r = reader_of(names);
	struct names_map map;
	enum err e = names_read(&t->names, &r, &map);

	if (!e && !reader_is_done(&r))
		e = ERR_CORRUPT;
	for (size_t i = 0; !e && i < len; i++)
		e = pick(t, &map, &pages[i]);
	names_map_cleanup(&map);
	return e;
}
