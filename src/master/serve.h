#ifndef TRAWL_MASTER_SERVE_H
#define TRAWL_MASTER_SERVE_H

/* `trawl` without arguments: reads the settings, opens what the service needs,
 * supervises it until a signal ends it. Returns the exit status: 0 after a
 * signal, 1 when the service failed, 2 when it could not be started as it was
 * asked to (the words are on standard error, and nothing runs). */
int serve(void);

#endif
