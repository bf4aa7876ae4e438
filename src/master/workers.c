/* Which process runs in which slot, and what of it the others may see. */
#include "master/workers.h"
#include "common/base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void
workers_init(struct workers *w, int len, struct shared *shared,
    workers_run *run, void *arg)
{
	memset(w, 0, sizeof(*w));
	w->len = len;
	w->shared = shared;
	w->run = run;
	w->arg = arg;
}

static void
start(struct workers *w, int slot)
{
	struct child *c = &w->child[slot];
	pid_t pid = child_fork();

	if (pid == 0)
		exit(w->run(slot, w->arg));
	if (pid < 0) {
		log_error(
		    "worker %d cannot be started: %s", slot, strerror(errno));
		child_ended(c);
		return;
	}
	child_started(c, pid);
	w->shared->worker[slot].pid = pid;
}

void
workers_start_due(struct workers *w)
{
	for (int i = 0; i < w->len; i++)
		if (child_is_due(&w->child[i]))
			start(w, i);
}

int64_t
workers_due_ms(const struct workers *w)
{
	int64_t at_ms = INT64_MAX;

	for (int i = 0; i < w->len; i++)
		if (w->child[i].pid == 0 && w->child[i].due_ms < at_ms)
			at_ms = w->child[i].due_ms;
	return at_ms;
}

bool
workers_is_any_alive(const struct workers *w)
{
	for (int i = 0; i < w->len; i++)
		if (w->child[i].pid)
			return true;
	return false;
}

void
workers_signal(const struct workers *w, int number)
{
	for (int i = 0; i < w->len; i++)
		if (w->child[i].pid)
			kill(w->child[i].pid, number);
}

static int
find(const struct workers *w, pid_t pid)
{
	for (int i = 0; i < w->len; i++)
		if (w->child[i].pid == pid)
			return i;
	return -1;
}

int
workers_ended(struct workers *w, pid_t pid)
{
	int slot = find(w, pid);
	struct shared_worker *shared;

	if (slot < 0)
		return slot;
	shared = &w->shared->worker[slot];
	slots_give_all(&w->shared->hashing, pid);
	child_ended(&w->child[slot]);
	shared->pid = 0;
	shared->heartbeat_ms = 0;
	shared->connections = 0;
	return slot;
}
