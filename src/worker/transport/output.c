/* A failure is remembered, so that the one who fills an output asks once at the
 * end. */
#include "worker/transport/output.h"

#include "worker/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { KEEP_MAX = 256 << 10 };

struct unsent {
	uv_write_t write;
	void (*on_sent)(uv_stream_t *stream, int status);
	char bytes[];
};

void
output_add_number(struct output *out, size_t number)
{
	char room[SPAN_U64_ROOM];

	output_add(out, span_of_u64(number, room));
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

void
output_lend(struct output *out, struct span bytes, struct arena *arena)
{
	struct output_loan *loan = &out->loans[out->loans_len];

	if (bytes.len < OUTPUT_LOAN_MIN || out->loans_len == OUTPUT_LOANS) {
		output_add(out, bytes);
		return;
	}
	*loan = (struct output_loan){ out->copied.len, bytes, *arena, NULL };
	arena_init(arena);
	out->loans_len++;
	out->lent += bytes.len;
}

void
output_lend_document(struct output *out, struct document *d)
{
	struct output_loan *loan = &out->loans[out->loans_len];
	struct span bytes = document_message(d);

	if ((bytes.len < OUTPUT_LOAN_MIN && output_len(out) > 0) ||
	    out->loans_len == OUTPUT_LOANS) {
		output_add(out, bytes);
		return;
	}
	*loan = (struct output_loan){
		.at = out->copied.len, .bytes = bytes, .document = d
	};
	document_hold(d);
	d->lent++;
	out->loans_len++;
	out->lent += bytes.len;
}

enum { PARTS_MAX = 2 * OUTPUT_LOANS + 1 };

/* What is copied and what is lent, in the order of the answers. */
static unsigned
list_parts(const struct output *out, uv_buf_t parts[PARTS_MAX])
{
	unsigned len = 0;
	size_t at = 0;

	for (size_t i = 0; i < out->loans_len; i++) {
		const struct output_loan *loan = &out->loans[i];

		if (loan->at > at)
			parts[len++] = uv_buf_init(
			    out->copied.data + at, (unsigned)(loan->at - at));
		/* libuv has no const, and only reads. */
		parts[len++] = uv_buf_init((char *)(uintptr_t)loan->bytes.data,
		    (unsigned)loan->bytes.len);
		at = loan->at;
	}
	if (out->copied.len > at)
		parts[len++] = uv_buf_init(
		    out->copied.data + at, (unsigned)(out->copied.len - at));
	return len;
}

/* Copies all but the first `skip` bytes. */
static void
copy_rest(char *to, const uv_buf_t *parts, unsigned len, size_t skip)
{
	for (unsigned i = 0; i < len; i++) {
		size_t without = skip < parts[i].len ? skip : parts[i].len;

		memcpy(to, parts[i].base + without, parts[i].len - without);
		to += parts[i].len - without;
		skip -= without;
	}
}

static int
send_later(const uv_buf_t *parts, unsigned parts_len, size_t sent, size_t left,
    uv_stream_t *stream, void (*on_sent)(uv_stream_t *stream, int status))
{
	struct unsent *rest = malloc(sizeof(*rest) + left);

	if (rest == NULL)
		return UV_ENOMEM;
	copy_rest(rest->bytes, parts, parts_len, sent);
	rest->on_sent = on_sent;
	uv_buf_t buf = uv_buf_init(rest->bytes, (unsigned)left);
	int e = uv_write(&rest->write, stream, &buf, 1, on_written);
	if (e != 0) {
		free(rest);
		return e;
	}
	return 1;
}

/* Returns how many bytes the kernel took, or an error of libuv. Asked of the socket
 * itself: uv_try_write() writes as to a file, which is longer a way. */
static ssize_t
send_now(int fd, uv_buf_t *parts, unsigned parts_len)
{
	struct msghdr message = { .msg_iov = (struct iovec *)parts,
		.msg_iovlen = parts_len };
	ssize_t sent;

	do
		sent = parts_len == 1
			   ? send(fd, parts[0].base, parts[0].len, MSG_NOSIGNAL)
			   : sendmsg(fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN ? 0 : uv_translate_sys_error(errno);
	return sent;
}

/* What comes of a send: `sent` bytes were, or it failed. Returns as output_send()
 * does. */
static int
end_send(ssize_t sent, uv_stream_t *stream, uv_buf_t *parts, unsigned parts_len,
    size_t len, void (*on_sent)(uv_stream_t *stream, int status))
{
	if (sent < 0)
		return (int)sent;
	if ((size_t)sent == len)
		return 0;
	return send_later(parts, parts_len, (size_t)sent, len - (size_t)sent,
	    stream, on_sent);
}

/* What waits in libuv goes first: the kernel may have had room again before libuv
 * has heard of it. Returns as output_send() does. */
static int
send_all(uv_stream_t *stream, uv_buf_t *parts, unsigned parts_len, size_t len,
    void (*on_sent)(uv_stream_t *stream, int status))
{
	bool is_first = uv_stream_get_write_queue_size(stream) == 0;
	uv_os_fd_t fd;
	ssize_t sent = uv_fileno((uv_handle_t *)stream, &fd);

	if (sent == 0 && is_first)
		sent = send_now(fd, parts, parts_len);
	return end_send(sent, stream, parts, parts_len, len, on_sent);
}

int
output_send(struct output *out, uv_stream_t *stream,
    void (*on_sent)(uv_stream_t *stream, int status))
{
	uv_buf_t parts[PARTS_MAX];
	size_t len = output_len(out);
	int left = 0;

	if (out->has_failed)
		left = UV_ENOMEM;
	else if (len > 0)
		left = send_all(
		    stream, parts, list_parts(out, parts), len, on_sent);
	output_clear(out);
	return left;
}

static void
give_back(struct document *d)
{
	d->lent--;
	document_release(d);
}

struct document *
output_take_document(struct output *out)
{
	bool is_one =
	    out->loans_len == 1 && out->copied.len == 0 && !out->has_failed;
	struct document *d = is_one ? out->loans[0].document : NULL;

	if (d != NULL)
		out->loans_len = out->lent = 0;
	return d;
}

int
output_send_document(struct document *d, int fd, uv_stream_t *stream,
    void (*on_sent)(uv_stream_t *stream, int status))
{
	struct span bytes = document_message(d);
	/* libuv has no const, and only reads. */
	uv_buf_t part =
	    uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);
	int left = end_send(
	    send_now(fd, &part, 1), stream, &part, 1, bytes.len, on_sent);

	give_back(d);
	return left;
}

void
output_clear(struct output *out)
{
	while (out->loans_len > 0) {
		struct output_loan *loan = &out->loans[--out->loans_len];

		arena_reset(&loan->arena);
		if (loan->document != NULL)
			give_back(loan->document);
	}
	out->lent = 0;
	if (out->copied.room > KEEP_MAX)
		output_cleanup(out);
	out->copied.len = 0;
	out->has_failed = false;
}

void
output_cleanup(struct output *out)
{
	buffer_cleanup(&out->copied);
}
