/* A hash table with open addressing over two arrays in the order of the
 * questions: what is answered, then what is open. Whoever writes the log chooses
 * its addresses, so the hash has a secret. */
#include "common/geo/address_table.h"

#include "common/geo/country.h"

#include <sodium.h>

#include <stdbool.h>
#include <stdlib.h>

enum { ROOM_FIRST = 1024 };

struct address_table {
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct address *addresses;
	uint16_t *countries;
	uint32_t
	    *slots; /* index + 1 of an address; 0: free; 2 * room of them */
	size_t len, room, answered;
	bool is_out_of_memory;
};

struct address_table *
address_table_new(void)
{
	struct address_table *t = calloc(1, sizeof(*t));

	if (t)
		randombytes_buf(t->key, sizeof(t->key));
	return t;
}

void
address_table_free(struct address_table *t)
{
	if (!t)
		return;
	free(t->addresses);
	free(t->countries);
	free(t->slots);
	free(t);
}

/* The slot of the address, or the free one where it belongs. There is one: at
 * most half of them are taken. */
static uint32_t *
find(const struct address_table *t, const struct address *ip)
{
	size_t mask = 2 * t->room - 1;
	uint8_t hash[crypto_shorthash_BYTES];
	uint64_t at;

	crypto_shorthash(hash, ip->bytes, sizeof(ip->bytes), t->key);
	memcpy(&at, hash, sizeof(at));
	for (;; at++) {
		uint32_t *slot = &t->slots[at & mask];

		if (*slot == 0 ||
		    memcmp(&t->addresses[*slot - 1], ip, sizeof(*ip)) == 0)
			return slot;
	}
}

static bool
grow(struct address_table *t)
{
	size_t room = t->room ? 2 * t->room : ROOM_FIRST;
	struct address *addresses =
	    reallocarray(t->addresses, room, sizeof(*addresses));
	uint16_t *countries;
	uint32_t *slots;

	if (!addresses)
		return false;
	t->addresses = addresses;
	countries = reallocarray(t->countries, room, sizeof(*countries));
	if (!countries)
		return false;
	t->countries = countries;
	slots = room < UINT32_MAX ? calloc(2 * room, sizeof(*slots)) : NULL;
	if (!slots)
		return false;
	free(t->slots);
	t->slots = slots;
	t->room = room;
	for (size_t i = 0; i < t->len; i++)
		*find(t, &t->addresses[i]) = (uint32_t)i + 1;
	return true;
}

uint16_t
address_table_country(struct address_table *t, const struct address *ip)
{
	uint32_t *slot;

	if (t->len == t->room && !grow(t)) {
		t->is_out_of_memory = true;
		return COUNTRY_UNKNOWN;
	}
	slot = find(t, ip);
	if (*slot == 0) {
		t->addresses[t->len] = *ip;
		t->countries[t->len++] = COUNTRY_UNKNOWN;
		*slot = (uint32_t)t->len;
	}
	return t->countries[*slot - 1];
}

enum err
address_table_open(
    const struct address_table *t, const struct address **out, size_t *len)
{
	*out = t->addresses ? t->addresses + t->answered : NULL;
	*len = t->len - t->answered;
	return t->is_out_of_memory ? ERR_NO_MEMORY : ERR_OK;
}

void
address_table_answer(struct address_table *t, const uint16_t *countries)
{
	if (t->len > t->answered)
		memcpy(t->countries + t->answered, countries,
		    (t->len - t->answered) * sizeof(*countries));
	t->answered = t->len;
}
