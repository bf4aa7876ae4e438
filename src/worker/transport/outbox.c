/* An array that is filled and then emptied from the front. What conn_on_taken()
 * does may lead to more items, and even here again, so that `sent` is moved on
 * first. */
#include "worker/transport/outbox.h"

#include "worker/transport/conn.h"
#include "worker/transport/output.h"

bool
outbox_put(struct outbox *b, struct conn *c, struct output *out)
{
	struct document *d =
	    outbox_is_full(b) ? NULL : output_take_document(out);

	if (d == NULL)
		return false;
	b->items[b->len++] = (struct outbox_item){ c, d };
	return true;
}

void
outbox_send(struct outbox *b)
{
	while (b->sent < b->len) {
		struct outbox_item item = b->items[b->sent++];

		conn_on_taken(item.conn,
		    output_send_document(item.document,
			(uv_stream_t *)&item.conn->tcp, conn_on_sent));
	}
	b->sent = b->len = 0;
}
