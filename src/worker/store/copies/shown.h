#ifndef TRAWL_WORKER_STORE_COPIES_SHOWN_H
#define TRAWL_WORKER_STORE_COPIES_SHOWN_H

#include "common/base/span.h"

#include <stdbool.h>

/* Which generation of the reports each worker of this host shows without asking
 * Redis, and which it could show at once, in the shared mapping: so that they go
 * over from one to the next together (succession.h). By hash of the name, which is
 * never used twice. Each function for the worker that it is given; any thread. */
struct worker;

/* A worker begins: it shows none. */
void shown_reset(const struct worker *w);

/* Around a read of the name from Redis, and of what it shows thereafter: an answer
 * from before a change may come after it. */
void shown_begin_read(const struct worker *w);
void shown_end_read(const struct worker *w);

/* name  that it shows from now on; empty: none */
void shown_set(const struct worker *w, struct span name);

/* What it shows may have been replaced: for a moment (DOUBT_MS, copies.h). */
void shown_doubt(const struct worker *w);

/* In doubt, it could show this one. */
void shown_set_ready(const struct worker *w, struct span name);

/* Whether each of the others shows this one or none; whether those that do not could
 * do so at once. */
bool shown_by_others(const struct worker *w, struct span name);
bool shown_or_ready_by_others(const struct worker *w, struct span name);

/* Whether it and all others show this one or none, and will not show another from
 * before a change that has been made: none is reading the name. */
bool shown_by_all(const struct worker *w, struct span name);

/* Whether somebody has said of this one that no worker shows any from before it; says
 * so from now on, as far as there is room for others. */
bool shown_is_told(const struct worker *w, struct span name);
void shown_tell(const struct worker *w, struct span name);

#endif
