/* How a process of ours begins. */
#include "master/child.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
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
