#ifndef TRAWL_WORKER_STORE_COPIES_COPIES_H
#define TRAWL_WORKER_STORE_COPIES_COPIES_H

#include "common/base/span.h"
#include "worker/store/copies/copy_table.h"

#include <stdbool.h>
#include <stdint.h>

/* What this worker remembers of Redis, so that a request with a token asks it
 * nothing: sessions, and the name of the current generation. Setting
 * local_copies: bytes, 0 is none.
 *
 * A copy is used only while all of this holds:
 *   - nobody on this host has ended a session of that user, or put a new
 *     generation in place, since before it was read: the epoch of that user in
 *     the shared mapping is what it was. Whoever revokes moves it on before the
 *     answer that says so leaves;
 *   - Redis has not told this worker of a change since (tracking.h): for what
 *     other hosts do;
 *   - it would have told: the link on which it does was heard less than a
 *     second ago.
 * A read notes the first two before it is sent, so that an answer that was
 * overtaken by a change is never kept.
 *
 * One exception: when Redis tells of another generation, and nobody on this host
 * has said or shown so yet, the one before may be in doubt instead of forgotten:
 * it is shown for DOUBT_MS more at most, while the next one is made ready
 * (succession.h). As soon as one worker of this host shows another, all that are in
 * doubt do not show theirs any more.
 *
 * Loop thread only, but for the functions that revoke: any thread. */
struct copies;
struct worker;

enum {
	COPIES_NAME_MAX = 64, /* bytes of a generation's name */
	DOUBT_MS = 40,        /* of the 100 that another host may be late */
};

/* `w` is borrowed and has its loop, setup and redis. NULL when memory is out. */
struct copies *copies_open(struct worker *w);

/* Before redis_close(w->redis). NULL is allowed. */
void copies_close(struct copies *c);

/* Every session of this user ends or has ended, on every worker of this host,
 * from here on: called when Redis has answered and before the client is. */
void copies_revoke_user(struct worker *w, int64_t user_id);

/* Another generation has taken the place of the reports: the same. */
void copies_revoke_reports(struct worker *w);

/* Noted before a read is sent, the stamp of what it will find; false: its answer
 * is not to be kept, and the read needs not be tracked. */
bool copies_note_user(const struct copies *c, int64_t user_id, uint64_t *stamp);
bool copies_note_reports(const struct copies *c, uint64_t *stamp);

/* The tag by which the session of a token is remembered; false: none is. Who wants
 * it will ask for the session soon: with thousands of them its memory is far away,
 * and comes meanwhile. */
bool copies_tag(
    const struct copies *c, struct span token, uint8_t tag[TOKEN_TAG_SIZE]);

/* The session with a tag; NULL: to be read. Borrowed until the next call; the
 * caller may set its minute. */
struct session_copy *copies_find_session(
    struct copies *c, const uint8_t tag[TOKEN_TAG_SIZE]);

/* Remembers it, if it can. session  with the stamp that was noted before it was
 * read; copied */
void copies_keep_session(struct copies *c, const uint8_t tag[TOKEN_TAG_SIZE],
    const struct session_copy *session);

/* The name of the current generation; the empty span: to be read. Borrowed until
 * the next call. */
struct span copies_find_generation(const struct copies *c);

/* The name is shown from now on, unless it has been overtaken: then whatever else
 * was remembered is not, either. */
void copies_keep_generation(struct copies *c, struct span name, uint64_t stamp);

/* fn(arg) is asked when Redis has told of a change: whether the generation that is
 * remembered is to be in doubt; else it is forgotten. NULL: it is. */
void copies_on_change(struct copies *c, bool (*fn)(void *arg), void *arg);

/* Whether a generation is shown that may have been replaced; whether one would be,
 * had it not lasted too long. */
bool copies_is_in_doubt(const struct copies *c);
bool copies_is_doubt_overdue(const struct copies *c);

/* Forgets it. */
void copies_end_doubt(struct copies *c);

#endif
