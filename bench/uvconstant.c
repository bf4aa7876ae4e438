/* The least that libuv can do: a server that reads, and answers each read with
 * the next of some constant files, whatever was asked.
 *
 *	uvconstant PORT FILE...     FILE: a whole answer, head and body */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { ANSWERS_MAX = 16 };

static uv_buf_t answers[ANSWERS_MAX];
static unsigned answers_len, next_answer;
static char input[64 << 10];

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(input, sizeof(input));
}

static void
on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	(void)buf;
	if (len == 0)
		return;
	if (len < 0 || uv_try_write(stream, &answers[next_answer], 1) !=
			   (int)answers[next_answer].len) {
		uv_close((uv_handle_t *)stream, on_closed);
		return;
	}
	next_answer = (next_answer + 1) % answers_len;
}

static void
on_connection(uv_stream_t *listener, int status)
{
	uv_tcp_t *client = malloc(sizeof(*client));

	if (status < 0 || !client)
		abort();
	uv_tcp_init(listener->loop, client);
	uv_accept(listener, (uv_stream_t *)client);
	uv_tcp_nodelay(client, 1);
	uv_read_start((uv_stream_t *)client, on_room, on_read);
}

static uv_buf_t
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(1 << 20);

	if (!file || !data) {
		perror(path);
		exit(1);
	}
	size_t len = fread(data, 1, 1 << 20, file);
	fclose(file);
	return uv_buf_init(data, (unsigned)len);
}

int
main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	struct sockaddr_in address;
	uv_tcp_t listener;

	if (argc < 3 || argc - 2 > ANSWERS_MAX)
		return 2;
	for (int i = 2; i < argc; i++)
		answers[answers_len++] = read_file(argv[i]);
	uv_tcp_init(loop, &listener);
	uv_ip4_addr("127.0.0.1", atoi(argv[1]), &address);
	if (uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) != 0 ||
	    uv_listen((uv_stream_t *)&listener, 1024, on_connection) != 0)
		return 1;
	return uv_run(loop, UV_RUN_DEFAULT);
}
