/* An array that is filled and then emptied from the front. What conn_on_taken()
 * does may lead to more items, and even here again, so that `sent` is moved on
 * first. */
#include "worker/transport/outbox.h"

#include "worker/transport/conn.h"
#include "worker/transport/output.h"

/* The memory that comes after a send(2) is on its way to the cache meanwhile:
 * what the kernel does there throws it out. */
static void
prefetch(const struct outbox *b, size_t i)
{
	if (i >= b->len)
		return;
	__builtin_prefetch(b->items[i].document);
	__builtin_prefetch(&b->items[i].conn->is_posted);
}

bool
outbox_put(struct outbox *b, struct conn *c, struct output *out)
{
	const uv_stream_t *stream = (const uv_stream_t *)&c->tcp;
	struct document *d;
	uv_os_fd_t fd;

	if (outbox_is_full(b) || uv_stream_get_write_queue_size(stream) > 0 ||
	    uv_fileno((const uv_handle_t *)stream, &fd) != 0)
		return false;
	d = output_take_document(out);
	if (d == NULL)
		return false;
	b->items[b->len++] = (struct outbox_item){ c, d, fd };
	return true;
}

void
outbox_send(struct outbox *b)
{
	while (b->sent < b->len) {
		struct outbox_item item = b->items[b->sent++];

		prefetch(b, b->sent);
		conn_on_taken(item.conn,
		    output_send_document(item.document, item.fd,
			(uv_stream_t *)&item.conn->tcp, conn_on_sent));
	}
	b->sent = b->len = 0;
}
