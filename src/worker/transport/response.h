#ifndef TRAWL_WORKER_TRANSPORT_RESPONSE_H
#define TRAWL_WORKER_TRANSPORT_RESPONSE_H

#include "worker/req.h"
#include "worker/transport/date.h"
#include "worker/transport/output.h"

/* Adds the answer r->out to what is to be written: status line, headers, body
 * (none for HEAD, 204 and 304). The request's arena or document may go along with
 * it: what lies there is not to be used afterwards.
 *
 * date        of this second
 * is_last     the connection is closed after it
 * is_old      the client speaks HTTP/1.0, which must be told that it stays open */
void response_add(struct output *out, struct req *r, const struct date *date,
    bool is_last, bool is_old);

/* Whether the head that a document with status 200 was sent with last is still right
 * for a connection that stays open; then output_lend_document() is all of the answer. */
bool response_is_ready(const struct document *d, const struct date *date);

/* The same for an answer of which this is the first piece (r->out.more), and for
 * the pieces after it: chunked, or to an old client bare until the end of the
 * connection. The last piece is the one without r->out.more. */
void response_add_piece(struct output *out, const struct req *r, bool is_old);

/* "100 Continue": the body is wanted. */
void response_add_continue(struct output *out);

#endif
