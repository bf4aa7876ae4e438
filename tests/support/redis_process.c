/* redis-server as a child that dies with its test. */
#include "support/redis_process.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TRIES = 500, TRY_US = 10000, HEAR_S = 20 };

static void
fail(const char *what)
{
	fprintf(stderr, "redis_process: %s: %s\n", what, strerror(errno));
	abort();
}

static void
run(const struct redis_process *p)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, 0);
	dup2(null, 1);
	execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
	    p->address.path, "--save", "", "--appendonly", "no", "--dir",
	    p->dir, (char *)NULL);
	_exit(127);
}

void
redis_process_start(struct redis_process *p)
{
	redisContext *c;
	redisReply *reply;
	int ready = 0;

	p->pid = fork();
	if (p->pid < 0)
		fail("fork");
	if (p->pid == 0)
		run(p);
	for (int i = 0; i < START_TRIES && !ready; i++) {
		c = redisConnectUnix(p->address.path);
		if (c && !c->err) {
			reply = redisCommand(c, "PING");
			ready = reply && reply->type == REDIS_REPLY_STATUS;
			freeReplyObject(reply);
		}
		redisFree(c);
		if (!ready)
			usleep(TRY_US);
	}
	if (!ready)
		fail("redis-server does not start");
}

void
redis_process_init(struct redis_process *p)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->dir, "/tmp/trawl-redis-XXXXXX");
	if (!mkdtemp(p->dir))
		fail("mkdtemp");
	snprintf(
	    p->address.path, sizeof(p->address.path), "%s/redis.sock", p->dir);
	redis_process_start(p);
}

void
redis_process_kill(struct redis_process *p)
{
	if (p->pid == 0)
		return;
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	p->pid = 0;
}

void
redis_process_cleanup(struct redis_process *p)
{
	redis_process_kill(p);
	unlink(p->address.path);
	if (rmdir(p->dir) < 0)
		fail(p->dir);
}

static size_t
print(const redisReply *r, char *out, size_t size)
{
	size_t len = 0;

	switch (r->type) {
	case REDIS_REPLY_INTEGER:
		return (size_t)snprintf(out, size, "%lld", r->integer);
	case REDIS_REPLY_NIL:
		return (size_t)snprintf(out, size, "(nil)");
	case REDIS_REPLY_ERROR:
		return (size_t)snprintf(out, size, "(error) %s", r->str);
	case REDIS_REPLY_ARRAY:
		for (size_t i = 0; i < r->elements && len < size; i++) {
			if (i > 0)
				len += (size_t)snprintf(
				    out + len, size - len, " ");
			len += print(r->element[i], out + len, size - len);
		}
		return len;
	default:
		return (size_t)snprintf(out, size, "%s", r->str);
	}
}

const char *
redis_process_ask(struct redis_process *p, const char *format, ...)
{
	static char text[65536];
	redisContext *c = redisConnectUnix(p->address.path);
	redisReply *reply;
	va_list args;

	if (!c || c->err)
		fail("cannot connect");
	va_start(args, format);
	reply = redisvCommand(c, format, args);
	va_end(args);
	if (!reply)
		fail("no answer");
	text[0] = '\0';
	print(reply, text, sizeof(text));
	freeReplyObject(reply);
	redisFree(c);
	return text;
}

struct redisContext *
redis_process_subscribe(struct redis_process *p, const char *channel)
{
	redisContext *c = redisConnectUnix(p->address.path);
	redisReply *reply;

	if (!c || c->err)
		fail("cannot connect");
	if (redisSetTimeout(c, (struct timeval){ .tv_sec = HEAR_S }) !=
	    REDIS_OK)
		fail("no timeout");
	reply = redisCommand(c, "SUBSCRIBE %s", channel);
	if (!reply)
		fail("cannot subscribe");
	freeReplyObject(reply);
	return c;
}

const char *
redis_process_hear(struct redisContext *c)
{
	static char text[1024];
	void *answer = NULL;
	const redisReply *reply;

	if (redisGetReply(c, &answer) != REDIS_OK)
		fail("nothing was published");
	reply = answer;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
		fail("this is no message");
	print(reply->element[2], text, sizeof(text));
	freeReplyObject(answer);
	return text;
}
