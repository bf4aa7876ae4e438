/* trawl: the command line. */
#include "common/base/config.h"
#include "master/report.h"
#include "master/serve.h"
#include "master/standard_output.h"
#include "master/user.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A standard descriptor that the caller has closed would be the number of the
 * first file that is opened, and what is printed would go into that. Opened the
 * wrong way round, it stays one that can be neither read nor written. */
static bool
hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags) != fd)
			return false;
	}
	return true;
}

/* The status of a command whose work was to print. */
static int
printed(void)
{
	struct problem why;

	if (standard_output_finish(&why) == ERR_OK)
		return 0;
	fprintf(stderr, "trawl: %s\n", why.text);
	return 1;
}

static void
usage(FILE *out)
{
	fputs("usage: trawl                             the service, until a "
	      "signal ends it\n"
	      "       trawl report [OPTION]... LOG...   the seven reports of "
	      "files, no server\n"
	      "       trawl user add LOGIN [OPTION]...  a new user of the "
	      "service "
	      "that runs\n"
	      "       trawl report --help | user --help | --help | --version\n",
	    out);
}

static int
help(void)
{
	usage(stdout);
	puts("\nSettings are environment variables, or lines of a .env file in "
	     "the working\n"
	     "directory; the environment wins. SIGTERM, SIGINT or SIGHUP (not "
	     "under nohup)\n"
	     "ends the service, with status 0; it ends with 1 when it failed, "
	     "with 2 for wrong\n"
	     "usage or a setting that is refused. SIGUSR1 and SIGUSR2 do "
	     "nothing.\n");
	config_help(stdout);
	return printed();
}

int
main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : NULL;

	if (!hold_standard_descriptors())
		return 1;
	if (!command)
		return serve();
	if (!strcmp(command, "report"))
		return report_command(argc - 1, argv + 1);
	if (!strcmp(command, "user"))
		return user_command(argc - 1, argv + 1);
	if (argc == 2 && (!strcmp(command, "--help") || !strcmp(command, "-h")))
		return help();
	if (argc == 2 && !strcmp(command, "--version")) {
		puts("trawl " TRAWL_VERSION);
		return printed();
	}
	fprintf(stderr, "trawl: unknown argument: %s\n", command);
	usage(stderr);
	return 2;
}
