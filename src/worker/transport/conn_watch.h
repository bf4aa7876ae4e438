#ifndef TRAWL_WORKER_TRANSPORT_CONN_WATCH_H
#define TRAWL_WORKER_TRANSPORT_CONN_WATCH_H

struct conn;
struct deadline;

/* How long a client may take. Loop thread only. */

/* Starts the deadlines of what the connection waits for now, and ends others. */
void conn_watch(struct conn *c);

/* One is over: an answer that says so, or the end. */
void conn_on_over(struct deadline *d);

#endif
