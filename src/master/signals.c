/* Signals only become facts here; supervise.c acts on them. */
#include "master/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

int
signals_open(void)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGCHLD, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* One that the caller had ignored, as a shell's `&` does with
		 * SIGINT, would never reach the descriptor. But who ignores
		 * SIGHUP, as nohup(1) does, wants the service to outlive him. */
		void (*was)(int) = signal(numbers[i], SIG_DFL);

		if (numbers[i] == SIGHUP && was == SIG_IGN)
			signal(SIGHUP, SIG_IGN);
		else
			sigaddset(&set, numbers[i]);
	}
	/* Some send these to whatever keeps a log, so that it opens the file anew. */
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

unsigned
signals_read(int fd)
{
	struct signalfd_siginfo got;
	unsigned ends = 0;

	while (read(fd, &got, sizeof(got)) == (ssize_t)sizeof(got))
		ends += got.ssi_signo != SIGCHLD;
	return ends;
}
