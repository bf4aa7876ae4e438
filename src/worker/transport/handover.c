/* A message is one byte and one descriptor (SCM_RIGHTS). `handed` of a slot
 * counts what is on its way, so that a burst does not go to one worker before
 * that has seen the first of it. */
#include "worker/transport/handover.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* With many connections, the difference that chance makes is not worth the
 * trouble: an eighth more is as good as even. */
enum { SHARE = 8 };

/* A worker that is silent for a moment is only busy, or the host is: should it be
 * dead, a neighbour takes what it was given. */
enum { HUNG_MS = 1000 };

/* On their way to it. */
static size_t
handed_to(const struct shared_worker *w)
{
	int32_t handed = atomic_load_explicit(&w->handed, memory_order_relaxed);

	return handed > 0 ? (size_t)handed : 0;
}

static size_t
load_of(const struct shared_worker *w)
{
	return handed_to(w) +
	       atomic_load_explicit(&w->connections, memory_order_relaxed);
}

int
handover_target(const struct shared *s, int slot, size_t conns, int64_t now_ms)
{
	size_t own = conns + handed_to(&s->worker[slot]);
	size_t least = own;
	int target = slot;

	for (uint32_t other = 0; other < s->workers; other++) {
		const struct shared_worker *w = &s->worker[other];

		if ((int)other == slot || load_of(w) >= least ||
		    shared_worker_silence_ms(w, now_ms) > HUNG_MS)
			continue;
		least = load_of(w);
		target = (int)other;
	}
	return own > least + 1 + least / SHARE ? target : slot;
}

/* Room for one descriptor beside a message, aligned as the kernel wants it. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static struct msghdr
message_of(struct iovec *bytes, union control *control)
{
	return (struct msghdr){ .msg_iov = bytes,
		.msg_iovlen = 1,
		.msg_control = control->bytes,
		.msg_controllen = sizeof(control->bytes) };
}

bool
handover_send(const struct worker_setup *setup, int target, int fd)
{
	struct shared_worker *w = &setup->shared->worker[target];
	char byte = 0;
	struct iovec bytes = { &byte, 1 };
	union control control = { 0 };
	struct msghdr message = message_of(&bytes, &control);
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	atomic_fetch_add(&w->handed, 1);
	if (sendmsg(setup->handover_fds[2 * target + 1], &message,
		MSG_DONTWAIT | MSG_NOSIGNAL) == 1)
		return true;
	atomic_fetch_sub(&w->handed, 1);
	return false;
}

bool
handover_is_ours(const struct worker_setup *setup, int slot, int64_t now_ms)
{
	return slot == setup->slot ||
	       shared_worker_silence_ms(&setup->shared->worker[slot], now_ms) >
		   SILENCE_MS;
}

int
handover_receive(const struct worker_setup *setup, int slot)
{
	char byte;
	struct iovec bytes = { &byte, 1 };
	union control control = { 0 };
	struct msghdr message = message_of(&bytes, &control);
	struct cmsghdr *part;
	int fd = -1;

	if (recvmsg(setup->handover_fds[2 * slot], &message,
		MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return -1;
	atomic_fetch_sub(&setup->shared->worker[slot].handed, 1);
	part = CMSG_FIRSTHDR(&message);
	if (part != NULL && part->cmsg_type == SCM_RIGHTS &&
	    part->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(part), sizeof(fd));
	return fd;
}
