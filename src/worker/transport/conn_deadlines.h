#ifndef TRAWL_WORKER_TRANSPORT_CONN_DEADLINES_H
#define TRAWL_WORKER_TRANSPORT_CONN_DEADLINES_H

struct conn;
struct deadline;

/* How long a client may take. Loop thread only. */

/* Starts the deadlines of what the connection waits for now, and ends others. */
void conn_set_deadlines(struct conn *c);

/* One is over: an answer that says so, or the end. */
void conn_on_deadline(struct deadline *d);

#endif
