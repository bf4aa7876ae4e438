#ifndef TRAWL_WORKER_SERVICE_RENDERED_H
#define TRAWL_WORKER_SERVICE_RENDERED_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/req.h"

/* The documents of this worker that are ready, of the generation that is asked
 * for: report_copies bytes, the least recently asked goes first. Who asks for
 * one that is not ready has it made, on the pool of reports; who asks meanwhile
 * waits for the same. When another generation comes, those that have been asked for
 * again are made of it before it is shown (succession.h). Loop thread only. */
struct rendered;
struct worker;

/* `w` has its succession, too. NULL when memory is out. */
struct rendered *rendered_open(struct worker *w);

/* Gives the documents back; those that are being made are still answered, by
 * the pool, and then it is gone. Before pool_close and succession_close. NULL is
 * allowed. */
void rendered_close(struct rendered *c);

/* The document that r->in asks for, of r->row.parse.generation or of a newer
 * one, which that field then names: in r->out.document and r->out.body. Then
 * `next` runs, or the request fails. */
enum req_state rendered_get(struct rendered *c, struct req *r, req_step *next)
    __attribute__((warn_unused_result));

/* The document of a report without category and period, of this generation, if it is
 * ready. It has been asked for then. Borrowed until the loop goes on. */
struct document *rendered_ready(
    struct rendered *c, struct span generation, int report);

#endif
