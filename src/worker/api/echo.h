#ifndef TRAWL_WORKER_API_ECHO_H
#define TRAWL_WORKER_API_ECHO_H

#include "worker/req.h"

/* GET and POST "/". */

/* {"hello":"world"} */
enum err api_hello_encode(struct req *r);

/* Any JSON value whatever its Content-Type says, or no body at all. A number
 * that no double holds (1e400) and a key given twice are refused. */
enum err api_echo_decode(struct req *r);

/* The very bytes that came; {} for none. */
enum err api_echo_encode(struct req *r);

#endif
