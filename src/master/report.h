#ifndef TRAWL_MASTER_REPORT_H
#define TRAWL_MASTER_REPORT_H

/* `trawl report [OPTION]... LOG...`: the seven answers about the files, at
 * once, without Redis and without a server.
 *
 * argv  of the command: argv[0] is "report"
 * Returns the exit status: 0; 1 when something could not be read or written; 2
 * for wrong usage. */
int report_command(int argc, char **argv);

#endif
