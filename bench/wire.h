#ifndef TRAWL_BENCH_WIRE_H
#define TRAWL_BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* The HTTP/1.1 that load generators speak: to a server on this host, which
 * gives every answer a Content-Length. */

/* CLOCK_MONOTONIC. */
int64_t wire_now_ns(void);

/* A connection that does not block, or -1 (errno). */
int wire_connect(int port);

/* Bytes of the answer at the front of the input; 0: it is not whole yet. */
size_t wire_answer_len(const char *at, size_t len);

/* The status of a whole answer; 0: it is none. */
int wire_status(const char *answer, size_t len);

/* Connections, or nobody could be that many. */
void wire_raise_descriptor_limit(void);

#endif
