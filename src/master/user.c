/* The operator's way to make users, also with registration=closed. The password
 * comes by standard input: `ps` shows arguments and environments. */
#include "master/user.h"
#include "common/base/config.h"
#include "common/base/log.h"
#include "common/base/shared.h"
#include "master/password_prompt.h"
#include "master/standard_output.h"
#include "worker/user_add.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
usage(FILE *out)
{
	fputs("usage: trawl user add LOGIN [OPTION]...\n", out);
}

/* Nobody who asks for help wants a user of that name. */
static bool
asks_for_help(int argc, char **argv)
{
	const char *last = argv[argc - 1];

	return (argc == 2 || argc == 3) &&
	       (!strcmp(last, "--help") || !strcmp(last, "-h"));
}

/* Tells of `why` and returns the status. */
static int
fail(enum err e, const struct problem *why)
{
	fprintf(stderr, "trawl: %s\n", *why->text ? why->text : err_text(e));
	return e == ERR_INVALID || e == ERR_LOGIN_BUSY ? 2 : 1;
}

static int
help(void)
{
	struct problem why;
	enum err e;

	usage(stdout);
	puts("Makes a user, also with registration=closed. To be run in the "
	     "working directory\n"
	     "of the service, with its settings, while it runs. The password "
	     "is the first line\n"
	     "of standard input; at a terminal it is asked for, and not "
	     "shown.\n\n"
	     "  --first-name NAME  else it is LOGIN\n"
	     "  --last-name NAME   else it is LOGIN\n"
	     "  -h, --help         this text\n\n"
	     "Prints `trawl: user ID` and ends with 0; with 1 when it failed, "
	     "as "
	     "when no\n"
	     "service runs; with 2 for wrong usage, or when LOGIN, a name or "
	     "the password is\n"
	     "refused.");
	e = standard_output_finish(&why);
	return e == ERR_OK ? 0 : fail(e, &why);
}

/* Names that are not given are the login. */
static bool
read_arguments(int argc, char **argv, struct account *a)
{
	if (argc < 3 || strcmp(argv[1], "add") != 0 || argc % 2 == 0)
		return false;
	a->login = a->first_name = a->last_name = span_text(argv[2]);
	for (int i = 3; i < argc; i += 2) {
		if (!strcmp(argv[i], "--first-name"))
			a->first_name = span_text(argv[i + 1]);
		else if (!strcmp(argv[i], "--last-name"))
			a->last_name = span_text(argv[i + 1]);
		else
			return false;
	}
	return true;
}

static enum err
add(const struct config *config, struct account *a, int64_t *id,
    struct problem *why)
{
	char room[PASSWORD_ROOM];
	struct worker_setup setup = { .config = config };
	enum err e = config_redis_address(config, &setup.redis, why);

	if (e != ERR_OK)
		return e;
	setup.shared = shared_new(1);
	if (!setup.shared)
		return ERR_NO_MEMORY;
	a->password = password_prompt(room);
	e = user_add(&setup, a, id, why);
	explicit_bzero(room, sizeof(room));
	a->password = span_of(NULL, 0);
	shared_free(setup.shared);
	if (e == ERR_STORE_DOWN)
		return problem_set(
		    why, e, "Redis does not answer: is the service running?");
	return e;
}

int
user_command(int argc, char **argv)
{
	struct config config;
	struct account account = { 0 };
	struct problem why = { 0 };
	int64_t id = 0;
	enum err e;

	if (asks_for_help(argc, argv))
		return help();
	if (!read_arguments(argc, argv, &account)) {
		usage(stderr);
		fputs("All options: trawl user --help\n", stderr);
		return 2;
	}
	log_init("user", false);
	if (token_init() != 0) {
		fputs("trawl: libsodium cannot be used here\n", stderr);
		return 1;
	}
	e = config_read(&config, ".env", environ, &why);
	if (e == ERR_OK) {
		e = add(&config, &account, &id, &why);
		config_cleanup(&config);
	}
	if (e != ERR_OK)
		return fail(e, &why);
	printf("trawl: user %" PRId64 "\n", id);
	return 0;
}
