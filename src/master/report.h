#ifndef TRAWL_MASTER_REPORT_H
#define TRAWL_MASTER_REPORT_H

/* `trawl report [OPTION]... LOG...`: the seven answers about the files, at
 * once, without Redis and without a server.
 *
 * argv  of the command: argv[0] is "report"
 * Returns the exit status: 0; 1 when something could not be read or written, or
 * the log has not the category that was asked for, which the server calls 404; 2
 * for wrong usage, which no log makes right. */
int report_command(int argc, char **argv);

#endif
