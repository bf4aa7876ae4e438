#ifndef TRAWL_WORKER_SERVICE_REPORT_H
#define TRAWL_WORKER_SERVICE_REPORT_H

#include "worker/req.h"

/* GET /report/{n}: the document of the generation that is current when the
 * request arrives, in r->out.body; r->row.parse.generation says which. */
enum req_state service_report(struct req *r);

/* The document of report `n`, of its usual category and the whole log, when it is
 * ready and Redis need not be asked for the generation; NULL: it is not so. Borrowed
 * until the loop goes on. */
struct document *service_report_ready(struct worker *w, int64_t n);

/* Asks for that generation before the session is known (route.early). */
void service_report_early(struct req *r);

#endif
