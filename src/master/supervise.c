/* The master's loop. Signals only become facts (a count, dead children); one
 * place, act(), looks at the facts and the clock and does what is due:
 *
 *	PHASE_STORE  the private Redis is coming up
 *	PHASE_START  the workers are coming up
 *	PHASE_SERVE  the address is printed; who dies is replaced
 *	PHASE_DRAIN  the workers end
 *	PHASE_END    Redis ends
 */
#include "master/supervise.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "master/private_redis.h"
#include "master/probe.h"
#include "master/signals.h"
#include "master/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum phase {
	PHASE_STORE,
	PHASE_START,
	PHASE_SERVE,
	PHASE_DRAIN,
	PHASE_END,
	PHASE_OVER,
};

enum {
	LOOK_AGAIN_MS = 5,        /* while something is coming up */
	LIVE_TIMEOUT_MS = 200,    /* for one GET /live */
	START_TIMEOUT_MS = 30000, /* for the first answer of the service */
	LOCK_TIMEOUT_MS = 10000,  /* for the Redis of a killed master to end */
	DRAIN_GRACE_MS = 2000,    /* beyond what a worker takes by itself */
	REDIS_END_TIMEOUT_MS = 10000,
};

struct supervisor {
	const struct worker_setup *setup;
	struct listeners *listeners;
	struct data_dir *dir; /* NULL: Redis is another's */
	int signal_fd;
	enum phase phase;
	int64_t deadline_ms; /* of the phase; 0: none */
	unsigned stops;      /* signals to end that came */
	int status;
	struct child redis;
	struct workers workers;
};

static void
start_phase(struct supervisor *s, enum phase phase, int64_t timeout_ms)
{
	s->phase = phase;
	s->deadline_ms = timeout_ms ? clock_ms() + timeout_ms : 0;
}

static bool
is_late(const struct supervisor *s)
{
	return s->deadline_ms && clock_ms() >= s->deadline_ms;
}

/* In the child: keeps what a worker needs and nothing of the master's own. */
static int
run_worker(int slot, void *arg)
{
	struct supervisor *s = arg;
	struct worker_setup setup = *s->setup;
	char role[32], name[48];

	close(s->signal_fd);
	if (s->dir)
		data_dir_close(s->dir);
	snprintf(role, sizeof(role), "worker %d", slot);
	snprintf(name, sizeof(name), "trawl:%s", role);
	prctl(PR_SET_NAME, name); /* for `ps`; 15 bytes of it */
	log_init(role, setup.config->debug);
	setup.slot = slot;
	return worker_run(&setup);
}

static void
start_redis(struct supervisor *s)
{
	struct problem why = { 0 };
	pid_t pid;

	if (!s->dir || !child_is_due(&s->redis))
		return;
	if (private_redis_start(s->dir, &pid, &why) != ERR_OK) {
		log_error("the private Redis cannot be started: %s", why.text);
		child_ended(&s->redis);
	} else if (pid)
		child_started(&s->redis, pid);
	else
		s->redis.due_ms = clock_ms() + LOOK_AGAIN_MS;
}

static void
stop(struct supervisor *s, int status)
{
	s->status = status;
	listeners_close(s->listeners);
	workers_signal(&s->workers, SIGTERM);
	start_phase(s, PHASE_DRAIN,
	    s->setup->config->drain_timeout_ms + DRAIN_GRACE_MS);
}

static void
stop_redis(struct supervisor *s)
{
	if (s->redis.pid)
		kill(s->redis.pid, SIGTERM);
	start_phase(s, PHASE_END, REDIS_END_TIMEOUT_MS);
}

/* ---- children that ended ---- */

static void
say_how_it_ended(
    const struct supervisor *s, const char *who, pid_t pid, int status)
{
	char how[CHILD_END_TEXT];

	child_describe_end(status, how);
	if (s->phase >= PHASE_DRAIN && status == 0)
		log_debug("%s [%d] %s", who, (int)pid, how);
	else
		log_warn("%s [%d] %s", who, (int)pid, how);
}

static void
on_redis_ended(struct supervisor *s, int status)
{
	say_how_it_ended(s, "the private Redis", s->redis.pid, status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == PRIVATE_REDIS_NOT_RUN)
		log_error("redis-server cannot be run: is it installed and in "
			  "PATH?");
	else if (s->phase < PHASE_DRAIN)
		log_error("%s/redis.log says why", s->dir->path);
	child_ended(&s->redis);
	if (s->phase == PHASE_STORE)
		stop(s, 1);
}

static void
reap(struct supervisor *s)
{
	char who[32];
	int status, slot;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->redis.pid)
			on_redis_ended(s, status);
		slot = workers_ended(&s->workers, pid);
		if (slot < 0)
			continue;
		snprintf(who, sizeof(who), "worker %d", slot);
		say_how_it_ended(s, who, pid, status);
	}
}

/* ---- the phases ---- */

static void
bring_up_redis(struct supervisor *s)
{
	start_redis(s);
	if (!s->redis.pid) {
		if (is_late(s)) {
			log_error(
			    "an earlier Redis still runs in %s", s->dir->path);
			stop(s, 1);
		}
		return;
	}
	/* Loading a large append-only file takes what it takes. */
	s->deadline_ms = 0;
	if (private_redis_is_ready(s->setup->redis.path))
		start_phase(s, PHASE_START, START_TIMEOUT_MS);
}

static void
bring_up_workers(struct supervisor *s)
{
	static const char question[] = "GET /live HTTP/1.1\r\nHost: trawl\r\n"
				       "Connection: close\r\n\r\n";
	struct sockaddr_storage address;
	char url[URL_TEXT];

	start_redis(s);
	workers_start_due(&s->workers);
	listeners_local_address(s->listeners, &address);
	if (probe((const struct sockaddr *)&address, s->listeners->address_len,
		question, "HTTP/1.1 200 ", LIVE_TIMEOUT_MS)) {
		listeners_url(s->listeners, url);
		printf("trawl: %s\n", url);
		fflush(stdout);
		log_info(
		    "serving %s with %d workers", url, s->setup->listeners_len);
		start_phase(s, PHASE_SERVE, 0);
	} else if (is_late(s)) {
		log_error("the service does not answer after %d s",
		    START_TIMEOUT_MS / 1000);
		stop(s, 1);
	}
}

static void
drain(struct supervisor *s)
{
	if (!workers_is_any_alive(&s->workers)) {
		stop_redis(s);
		return;
	}
	if (is_late(s) || s->stops > 1) {
		log_warn("ending the workers that still run");
		workers_signal(&s->workers, SIGKILL);
		s->deadline_ms = 0;
		s->stops = 1;
	}
}

static void
end(struct supervisor *s)
{
	if (!s->redis.pid)
		s->phase = PHASE_OVER;
	else if (is_late(s)) {
		log_warn("ending a Redis that does not end by itself");
		kill(s->redis.pid, SIGKILL);
		s->deadline_ms = 0;
	}
}

static void
act_in_phase(struct supervisor *s)
{
	switch (s->phase) {
	case PHASE_STORE:
		bring_up_redis(s);
		break;
	case PHASE_START:
		bring_up_workers(s);
		break;
	case PHASE_SERVE:
		start_redis(s);
		workers_start_due(&s->workers);
		break;
	case PHASE_DRAIN:
		drain(s);
		break;
	case PHASE_END:
		end(s);
		break;
	case PHASE_OVER:
		break;
	}
}

/* A phase that ends leads straight into the next. */
static void
act(struct supervisor *s)
{
	enum phase before;

	if (s->stops && s->phase < PHASE_DRAIN) {
		log_info("ending");
		stop(s, 0);
	}
	do {
		before = s->phase;
		act_in_phase(s);
	} while (s->phase != before);
}

/* ---- waiting ---- */

/* Milliseconds until something is due by the clock; -1 when nothing is. */
static int
wait_ms(const struct supervisor *s)
{
	int64_t at_ms = s->deadline_ms ? s->deadline_ms : INT64_MAX;
	int64_t now_ms = clock_ms();

	if (s->phase == PHASE_STORE || s->phase == PHASE_START)
		return LOOK_AGAIN_MS;
	if (s->phase == PHASE_SERVE) {
		at_ms = workers_due_ms(&s->workers);
		if (s->dir && !s->redis.pid && s->redis.due_ms < at_ms)
			at_ms = s->redis.due_ms;
	}
	if (at_ms == INT64_MAX)
		return -1;
	return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

int
supervise(const struct worker_setup *setup, struct listeners *listeners,
    struct data_dir *dir)
{
	struct supervisor s = {
		.setup = setup,
		.listeners = listeners,
		.dir = dir,
		.signal_fd = signals_open(),
	};

	workers_init(
	    &s.workers, setup->listeners_len, setup->shared, run_worker, &s);
	if (s.signal_fd < 0) {
		log_error("signalfd: %s", strerror(errno));
		return 1;
	}
	if (dir)
		start_phase(&s, PHASE_STORE, LOCK_TIMEOUT_MS);
	else
		start_phase(&s, PHASE_START, START_TIMEOUT_MS);
	for (;;) {
		struct pollfd p = { .fd = s.signal_fd, .events = POLLIN };

		act(&s);
		if (s.phase == PHASE_OVER)
			break;
		(void)poll(&p, 1, wait_ms(&s));
		s.stops += signals_read(s.signal_fd);
		reap(&s);
	}
	close(s.signal_fd);
	return s.status;
}
