/* A growing buffer that remembers a failure, so that the one who fills it asks
 * once at the end. */
#include "worker/transport/output.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_MAX = 256 << 10 };

struct unsent {
	uv_write_t write;
	void (*on_sent)(uv_stream_t *stream, int status);
	char bytes[];
};

void
output_grow(struct output *out, size_t more)
{
	size_t capacity = out->capacity ? out->capacity : 16384;

	while (capacity - out->len < more && capacity < SIZE_MAX / 2)
		capacity *= 2;
	char *data = realloc(out->data, capacity);
	if (data == NULL) {
		out->has_failed = true;
		return;
	}
	out->data = data;
	out->capacity = capacity;
}

void
output_add_number(struct output *out, size_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	output_add(out, span_of(digits + at, sizeof(digits) - at));
}

static void
on_written(uv_write_t *write, int status)
{
	struct unsent *rest = (struct unsent *)write;
	uv_stream_t *stream = write->handle;
	void (*on_sent)(uv_stream_t *, int) = rest->on_sent;

	free(rest);
	on_sent(stream, status);
}

static int
send_later(struct span bytes, uv_stream_t *stream,
    void (*on_sent)(uv_stream_t *stream, int status))
{
	struct unsent *rest = malloc(sizeof(*rest) + bytes.len);

	if (rest == NULL)
		return UV_ENOMEM;
	memcpy(rest->bytes, bytes.data, bytes.len);
	rest->on_sent = on_sent;
	uv_buf_t buf = uv_buf_init(rest->bytes, (unsigned)bytes.len);
	int e = uv_write(&rest->write, stream, &buf, 1, on_written);
	if (e != 0) {
		free(rest);
		return e;
	}
	return 1;
}

int
output_send(struct output *out, uv_stream_t *stream,
    void (*on_sent)(uv_stream_t *stream, int status))
{
	uv_buf_t buf = uv_buf_init(out->data, (unsigned)out->len);
	int sent = 0;

	if (out->has_failed)
		sent = UV_ENOMEM;
	else if (out->len > 0)
		sent = uv_try_write(stream, &buf, 1);
	if (sent == UV_EAGAIN)
		sent = 0;
	if (sent >= 0 && (size_t)sent < out->len)
		sent = send_later(
		    span_of(out->data + sent, out->len - (size_t)sent), stream,
		    on_sent);
	else if (sent > 0)
		sent = 0;
	output_clear(out);
	return sent;
}

void
output_clear(struct output *out)
{
	if (out->capacity > KEEP_MAX)
		output_cleanup(out);
	out->len = 0;
	out->has_failed = false;
}

void
output_cleanup(struct output *out)
{
	free(out->data);
	*out = (struct output){ NULL, 0, 0, false };
}
