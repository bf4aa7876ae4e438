#ifndef TRAWL_WORKER_STORE_REDIS_PIPELINE_H
#define TRAWL_WORKER_STORE_REDIS_PIPELINE_H

#include "common/base/err.h"
#include "worker/store/redis/command.h"

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* The commands under way over a connection that comes and goes: those that wait for
 * it, and those that were sent on it, oldest first, since replies come in this
 * order. A command is in one of the two queues until it is answered, and is answered
 * when it leaves: by its reply, by the loss of the connection that it was sent on,
 * by its deadline, or by the end. Who sends them is the owner. Loop thread only. */
struct pipeline {
	uv_loop_t *loop;
	uv_timer_t deadline; /* due with the earliest command, or before */
	struct command_queue waiting, sent;
	struct command_pool spares;
	uint64_t second_look_ms; /* at what is overdue; 0: not yet */
	void (*on_overdue)(void *arg);
	void (*on_closed)(void *arg);
	void *arg;
};

/* on_overdue(arg)  a command was sent and not answered in time; it takes the
 *                  connection with it: the owner ends that and calls
 *                  pipeline_lose_sent() */
void pipeline_init(struct pipeline *p, uv_loop_t *loop,
    void (*on_overdue)(void *arg), void *arg);

static inline size_t
pipeline_len(const struct pipeline *p)
{
	return p->waiting.len + p->sent.len;
}

/* Takes a command, which has its receiver and its deadline; it goes where those
 * before it are. */
void pipeline_add_waiting(struct pipeline *p, struct command *c);
void pipeline_add_sent(struct pipeline *p, struct command *c);

/* Takes a command that is in neither queue any more, frees it and calls its
 * receiver. reply  NULL when err is not ERR_OK */
void pipeline_answer(struct pipeline *p, struct command *c, enum err err,
    const struct redisReply *reply);

/* The connection is lost: answers what was sent on it with ERR_STORE_DOWN. What
 * receivers send meanwhile waits for its turn. */
void pipeline_lose_sent(struct pipeline *p);

/* Answers all with ERR_DRAINING, at once. Then nothing is added any more.
 *
 * on_closed(arg)  when the loop has let go of it: its memory is the caller's again;
 *                 never from inside this function */
void pipeline_close(struct pipeline *p, void (*on_closed)(void *arg));

#endif
