#include "master/password_prompt.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* Those that end a program from its terminal, or with it. */
static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
enum { ENDING = sizeof(ending) / sizeof(*ending) };

static volatile sig_atomic_t caught;

static void
on_signal(int number)
{
	caught = number;
}

/* Who ignores one goes on ignoring it. */
static void
catch_signals(struct sigaction before[ENDING])
{
	const struct sigaction action = { .sa_handler = on_signal };

	for (int i = 0; i < ENDING; i++) {
		sigaction(ending[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(ending[i], &action, NULL);
	}
}

static void
leave_signals(const struct sigaction before[ENDING])
{
	for (int i = 0; i < ENDING; i++)
		sigaction(ending[i], &before[i], NULL);
}

/* Byte by byte and unbuffered: stdio would keep a copy that nobody wipes.
 *
 * let_in  signals that may come while the next byte is waited for, but at no other
 *         time, so that none is overlooked; NULL: those that may come now */
static struct span
read_line(char room[PASSWORD_ROOM], const sigset_t *let_in)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t len = 0;

	while (len < PASSWORD_ROOM && ppoll(&input, 1, NULL, let_in) == 1 &&
	       read(STDIN_FILENO, room + len, 1) == 1 && room[len] != '\n')
		len++;
	return span_of(room, len);
}

static struct span
read_line_interruptibly(char room[PASSWORD_ROOM])
{
	struct sigaction before[ENDING];
	struct span line;
	sigset_t blocked, mask;

	caught = 0;
	sigemptyset(&blocked);
	for (int i = 0; i < ENDING; i++)
		sigaddset(&blocked, ending[i]);
	sigprocmask(SIG_BLOCK, &blocked, &mask);
	catch_signals(before);
	line = read_line(room, &mask);
	leave_signals(before);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return line;
}

struct span
password_prompt(char room[PASSWORD_ROOM])
{
	struct termios shown, hidden;
	struct span password;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return read_line(room, NULL);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	fputs("Password: ", stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	password = read_line_interruptibly(room);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fputc('\n', stderr);
	if (caught)
		raise(caught);
	return password;
}
