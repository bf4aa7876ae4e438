#ifndef TRAWL_WORKER_SERVICE_REPORT_H
#define TRAWL_WORKER_SERVICE_REPORT_H

#include "worker/req.h"

/* GET /report/{n}: the document of the generation that is current when the
 * request arrives, in r->out.body; r->row.parse.generation says which. */
enum req_state service_report(struct req *r);

/* Asks for that generation before the session is known (route.early). */
void service_report_early(struct req *r);

#endif
