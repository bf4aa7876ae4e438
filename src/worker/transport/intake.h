#ifndef TRAWL_WORKER_TRANSPORT_INTAKE_H
#define TRAWL_WORKER_TRANSPORT_INTAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct conn;

/* Which connections have something to read, a few at a time in the order in which
 * it came: as many as the caches hold from the read to the answer. Whoever else has
 * to be read meanwhile waits in the kernel, where that costs nothing, and what was
 * asked of Redis goes out and comes back between two turns. libuv alone would read
 * all that are ready first, thousands under overload. Loop thread only. */
enum { INTAKE_TURN = 64 };

struct intake {
	uv_poll_t poll; /* of `fd`; its owner closes it as a handle */
	int fd;         /* an epoll of connections, within that of the loop */
	int marker; /* an eventfd that stands in its queue when is_marked, */
	bool is_marked;
	uint64_t marked_ms; /* since then: uv_now() */
	uint64_t wait_ms;   /* how long the last one took to the front */
	void (*on_ready)(struct conn *c, bool has_more);
};

/* on_ready  `c` has bytes, an end or an error to be read, and is not told of again
 *           before more comes; has_more: an end or an error is behind the bytes, so
 *           that a short read is not the last. `c` may be closing, but is not freed
 * Returns 0 or an error of libuv; then nothing is open. */
int intake_open(struct intake *in, uv_loop_t *loop,
    void (*on_ready)(struct conn *c, bool has_more));

/* on_ready() is called once for what there is to be read of `c` now or next; a
 * connection that was left unread, or not read to its end, is watched again.
 *
 * is_new  for the first time
 * Returns 0 or an error of libuv. */
int intake_watch(struct intake *in, struct conn *c, int fd, bool is_new);

/* Before a watched descriptor is closed: on_ready() is not called for it in a later
 * turn. The kernel would tell of it for as long as anybody has a copy, as a worker may
 * that has just handed it over (handover.h). */
void intake_forget(struct intake *in, int fd);

/* Whether connections wait so long to be read that it is no burst: more is asked
 * than can be done. */
bool intake_is_behind(const struct intake *in);

/* on_closed  as of uv_close(), for `poll` */
void intake_close(struct intake *in, uv_close_cb on_closed);

#endif
