/* Room doubles, so that each byte is moved once on the average. */
#include "common/base/buffer.h"

#include <stdint.h>
#include <stdlib.h>

enum { ROOM_FIRST = 256 };

bool
buffer_grow(struct buffer *b, size_t more)
{
	size_t room = b->room ? b->room : ROOM_FIRST;
	char *data;

	if (more > SIZE_MAX / 2 - b->len)
		return false;
	while (room - b->len < more)
		room *= 2;
	data = realloc(b->data, room);
	if (!data)
		return false;
	b->data = data;
	b->room = room;
	return true;
}

void
buffer_cleanup(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ 0 };
}
