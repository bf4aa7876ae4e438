/* A hash table with a list in each bucket; as many entries as there are places
 * with a connection now, so the limit of connections bounds it. */
#include "worker/transport/crowd.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { NETWORK_SIZE = 8 }; /* bytes of an IPv6 /64 */

/* Text that is no address (the peer is gone already) is a place of its own. */
static void
read_place(const char *text, uint8_t out[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memset(out, 0, 16);
	if (inet_pton(AF_INET, text, out + sizeof(mapped)) == 1)
		memcpy(out, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, out) == 1)
		memset(out + NETWORK_SIZE, 0, 16 - NETWORK_SIZE);
}

static struct crowd_place **
bucket_of(struct crowd *c, const uint8_t address[16])
{
	uint64_t halves[2];

	memcpy(halves, address, sizeof(halves));
	return &c->buckets[(halves[0] ^ halves[1]) * 0x9e3779b97f4a7c15 >>
			   (64 - 12)];
}

_Static_assert(CROWD_BUCKETS == 1 << 12, "the hash has as many values");

struct crowd_place *
crowd_enter(struct crowd *c, const char *address)
{
	uint8_t place[16];
	struct crowd_place **bucket, *p;

	read_place(address, place);
	bucket = bucket_of(c, place);
	for (p = *bucket; p != NULL; p = p->next) {
		if (memcmp(p->address, place, sizeof(place)) == 0) {
			p->conns++;
			return p;
		}
	}
	p = malloc(sizeof(*p));
	if (p == NULL)
		return NULL;
	p->next = *bucket;
	memcpy(p->address, place, sizeof(place));
	p->conns = 1;
	*bucket = p;
	return p;
}

void
crowd_leave(struct crowd *c, struct crowd_place *p)
{
	if (p == NULL || --p->conns > 0)
		return;
	struct crowd_place **at = bucket_of(c, p->address);

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	free(p);
}
