#ifndef TRAWL_MASTER_PASSWORD_PROMPT_H
#define TRAWL_MASTER_PASSWORD_PROMPT_H

#include "common/base/span.h"

/* A byte more than any password, so that one too long is seen, and a line's end. */
enum { PASSWORD_ROOM = 1026 };

/* The first line of standard input without its end, which the caller wipes. At a
 * terminal it is asked for and not shown; a signal that ends the process meanwhile
 * does so when the terminal shows again what is typed. Returns what stands in
 * `room`. One thread only. */
struct span password_prompt(char room[PASSWORD_ROOM]);

#endif
