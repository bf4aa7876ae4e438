/* How a process of ours begins, and what is known of it until it is replaced. */
#include "master/child.h"
#include "common/base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
reset_signals(void)
{
	static const int changed[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	sigset_t none;

	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		signal(changed[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t
child_fork(void)
{
	pid_t parent = getpid();
	pid_t pid;

	fflush(NULL); /* or both would write what is buffered */
	pid = fork();
	if (pid != 0)
		return pid;
	/* A parent that ended before prctl() sends nothing any more. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(1);
	setpgid(0, 0);
	reset_signals();
	return 0;
}

bool
child_is_due(const struct child *c)
{
	return c->pid == 0 && clock_ms() >= c->due_ms;
}

void
child_started(struct child *c, pid_t pid)
{
	c->pid = pid;
	c->started_ms = clock_ms();
}

void
child_ended(struct child *c)
{
	int64_t now_ms = clock_ms();
	int64_t lived_ms = c->pid ? now_ms - c->started_ms : 0;

	c->pid = 0;
	c->due_ms = now_ms + backoff_delay(&c->backoff, lived_ms);
}

void
child_describe_end(int status, char out[CHILD_END_TEXT])
{
	if (WIFSIGNALED(status))
		snprintf(out, CHILD_END_TEXT, "was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(out, CHILD_END_TEXT, "ended with status %d",
		    WEXITSTATUS(status));
}
