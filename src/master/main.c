/* trawl: the command line. */
#include "common/base/config.h"
#include "master/report.h"
#include "master/serve.h"
#include "master/user.h"

#include <stdio.h>
#include <string.h>

static int
usage(FILE *out)
{
	fputs("trawl                                 serve logs_file_name\n"
	      "trawl report [--json] [--report N] [--category C]\n"
	      "             [--from D] [--to D] LOG...   the seven reports of "
	      "files, at once\n"
	      "trawl user add LOGIN [--first-name NAME] [--last-name NAME]\n"
	      "                                      a user; the password is "
	      "read from stdin\n"
	      "trawl --help | --version\n",
	    out);
	return out == stdout ? 0 : 2;
}

static int
help(void)
{
	int status = usage(stdout);

	puts(
	    "\nSettings are environment variables; a .env file in the working\n"
	    "directory is read first. SIGTERM, SIGINT or SIGHUP ends the "
	    "service.\n");
	config_help(stdout);
	return status;
}

int
main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : NULL;

	if (!command)
		return serve();
	if (!strcmp(command, "report"))
		return report_command(argc - 1, argv + 1);
	if (!strcmp(command, "user"))
		return user_command(argc - 1, argv + 1);
	if (argc == 2 && !strcmp(command, "--help"))
		return help();
	if (argc == 2 && !strcmp(command, "--version")) {
		puts("trawl " TRAWL_VERSION);
		return 0;
	}
	fprintf(stderr, "trawl: unknown argument: %s\n", command);
	return usage(stderr);
}
