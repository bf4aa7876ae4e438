#ifndef TRAWL_MASTER_USER_H
#define TRAWL_MASTER_USER_H

/* `trawl user add LOGIN [--first-name NAME] [--last-name NAME]`: the first line of
 * standard input is the password. Returns the exit status: 2 when the arguments
 * or the account are refused, 1 when it failed. argv[0] is "user". */
int user_command(int argc, char **argv);

#endif
