/* Edge-triggered, since the kernel would look at each connection a second time to
 * find that it has been read. Its queue tells nobody how long it is, so that now
 * and then a descriptor of our own is sent through it. */
#include "worker/transport/intake.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { BURST_MS = 50 };

/* Puts the marker behind all that wait, if some do. */
static void
mark(struct intake *in, int len)
{
	const uint64_t one = 1;

	if (len < INTAKE_TURN) {
		in->is_marked = false;
		in->wait_ms = 0;
	} else if (!in->is_marked) {
		in->is_marked =
		    write(in->marker, &one, sizeof(one)) == sizeof(one);
		in->marked_ms = uv_now(in->poll.loop);
	}
}

static void
on_marker(struct intake *in)
{
	if (!in->is_marked)
		return;
	in->is_marked = false;
	in->wait_ms = uv_now(in->poll.loop) - in->marked_ms;
}

bool
intake_is_behind(const struct intake *in)
{
	return in->wait_ms > BURST_MS ||
	       (in->is_marked &&
		   uv_now(in->poll.loop) - in->marked_ms > BURST_MS);
}

/* What on_ready() does may close the intake. */
static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct intake *in = poll->data;
	struct epoll_event ready[INTAKE_TURN];
	int len;

	(void)events;
	if (status < 0)
		return;
	len = epoll_wait(in->fd, ready, INTAKE_TURN, 0);
	mark(in, len);
	for (int i = 0; i < len; i++) {
		if (ready[i].data.ptr == in)
			on_marker(in);
		else
			in->on_ready(ready[i].data.ptr,
			    (ready[i].events & ~EPOLLIN) != 0);
	}
}

static int
watch(int poll, int fd, int operation, void *what)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.ptr = what };

	return epoll_ctl(poll, operation, fd, &event) == 0
		   ? 0
		   : uv_translate_sys_error(errno);
}

static void
close_fds(const struct intake *in)
{
	if (in->fd >= 0)
		close(in->fd);
	if (in->marker >= 0)
		close(in->marker);
}

int
intake_open(struct intake *in, uv_loop_t *loop,
    void (*on_ready)(struct conn *c, bool has_more))
{
	int e = 0;

	*in = (struct intake){ .on_ready = on_ready };
	in->fd = epoll_create1(EPOLL_CLOEXEC);
	in->marker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (in->fd < 0 || in->marker < 0)
		e = uv_translate_sys_error(errno);
	if (e == 0)
		e = watch(in->fd, in->marker, EPOLL_CTL_ADD, in);
	if (e == 0)
		e = uv_poll_init(loop, &in->poll, in->fd);
	if (e != 0) {
		close_fds(in);
		return e;
	}
	in->poll.data = in;
	return uv_poll_start(&in->poll, UV_READABLE, on_poll);
}

int
intake_watch(struct intake *in, struct conn *c, int fd, bool is_new)
{
	return watch(in->fd, fd, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, c);
}

void
intake_forget(struct intake *in, int fd)
{
	(void)epoll_ctl(in->fd, EPOLL_CTL_DEL, fd, NULL);
}

void
intake_close(struct intake *in, uv_close_cb on_closed)
{
	uv_close((uv_handle_t *)&in->poll, on_closed);
	close_fds(in);
}
