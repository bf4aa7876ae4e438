#ifndef TRAWL_WORKER_REQ_H
#define TRAWL_WORKER_REQ_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/base/token.h"
#include "common/shoplog/answer/answer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The struct that travels: transport -> api -> service -> store and back.
 * Nobody keeps anything about a request elsewhere.
 *
 * An endpoint is a chain of steps. Each step ends by returning what it did:
 * `return store_...(r, ..., next)` (wait), `return req_fail(r, ERR_...)`, or
 * `return req_done(r)`; a path that forgets does not compile. One wait at a
 * time. A step that cannot start returns req_fail, it does not call back, so
 * nothing is ever called from inside itself. */
enum req_state {
	REQ_WAIT, /* somebody holds the request and will call req_resume() */
	REQ_DONE, /* r->out is final; transport writes it */
};

struct req;
typedef enum req_state req_step(struct req *r);

enum req_method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER, /* well-formed, and no route has it */
};

/* What a user is, as stored and as shown (never the password). Texts live in
 * the request's arena. */
struct user {
	int64_t id;
	struct span login, first_name, last_name;
	struct span created_at, update_at; /* "2026-01-31T09:00:00Z" */
	struct span password_hash;         /* service only; never encoded */
};

/* One session of a user, as its user sees it: never token or digest. Texts live
 * in the request's arena. */
struct session_row {
	int64_t id;             /* the how-manieth login of the user it was */
	struct span created_at; /* as shown */
	int64_t expires_s;      /* Unix time */
	int64_t seen_s;         /* to the minute; 0: not used yet */
	struct span address, agent;
	bool is_current; /* the one that asks */
};

struct field_error {
	const char *field, *message; /* static or in the arena */
};
enum { FIELD_ERRORS_MAX = 16 };

/* What a parse says of itself: the answer of /parse and the source of every
 * report. Texts live in the request's arena. */
struct parse_summary {
	struct span job;
	struct span mode;         /* "full", "incremental", "unchanged" */
	const struct span *files; /* base names, log order */
	size_t files_len;
	uint64_t lines, bytes, malformed, other;
	struct {
		uint32_t file;
		uint64_t offset;
	} places[10];
	size_t places_len;
	double seconds;
	int64_t first_s, last_s; /* first > last: no lines */
	struct span parsed_at, geo, generation;
};

/* A parse of the log, under way or over: what /parse/{job} shows, besides the
 * summary of one that is done. Texts live in the request's arena. */
enum job_state { JOB_RUNNING, JOB_DONE, JOB_FAILED };

struct job_row {
	int64_t number;
	enum job_state state;
	struct span phase;    /* "waiting", "plan", "map", "whole", ... */
	struct span mode;     /* empty: not known yet */
	uint64_t revision;    /* grows with every step of the job */
	uint64_t bytes_total; /* that it reads; 0: not known yet */
	uint64_t bytes_done, lines_done;
	double seconds;    /* since it began, to its last sign of life */
	enum err err;      /* why it failed */
	struct span words; /* the same, for a person; may be empty */
	int64_t next;      /* the job that does its work instead; 0: none */
};

struct worker;
struct conn;
struct document;
struct route;

struct req {
	struct worker *worker;     /* borrowed; set once */
	struct conn *conn;         /* transport: NULL when the client is gone */
	_Atomic bool is_abandoned; /* transport: the same, for other threads */
	const struct route *route;
	struct arena arena; /* emptied when the answer is out */
	req_step *next; /* the step that req_resume() runs; NULL: none waits */
	/* Its owner's (transport, a test); set once. Called when the last step
	 * has returned, outside of any step: r->out is final. It may reset the
	 * arena and start the next request; nothing touches `r` after it. */
	void (*on_done)(struct req *r);
	/* The same; may be NULL. Called by req_wait_long(). */
	void (*on_long_wait)(struct req *r);

	/* transport: the request as it came; borrowed from the connection's
	 * buffers until the answer is out */
	enum req_method method;
	struct span path, query, body;
	struct span authorization, content_type, content_encoding, prefer;
	struct span if_match, if_none_match;
	struct span user_agent, forwarded_for, host, last_event_id;
	char client[46];       /* address of the client, behind proxies; text */
	int64_t path_id;       /* {id}, {n} of the route; 0 when it has none */
	struct span path_name; /* {job} of the route */

	/* api: what a decoder read, checked */
	struct {
		struct span login, password, first_name, last_name;
		struct span current_password;
		bool all;      /* DELETE /user/auth?all=true */
		bool full;     /* /parse?full=true */
		bool is_async; /* Prefer: respond-async */
		int64_t job;   /* /parse/{job} */
		uint64_t seen; /* events: the revision that the client has */
		bool is_paged; /* limit or after were given */
		int64_t limit, after;
		int report;
		struct span category; /* decoded; empty: the default one */
		bool has_category, has_period;
		struct period period;
	} in;

	/* service: whose request it is; 0 before the session is known */
	struct {
		int64_t user_id;
		uint8_t tag[TOKEN_TAG_SIZE]; /* copies_tag() */
		char digest[DIGEST_TEXT];    /* see service_session_digest() */
		bool is_tagged;
		bool is_noted; /* that it was used in this minute */
	} session;
	uint64_t generation_read; /* store: under way for it; 0: none is */
	bool is_reserved;         /* req_reserve_offload() has kept a place */
	unsigned replies_due;     /* store: to queries that it waits for */
	enum err replies_err;     /* store: the first of theirs that failed */

	/* service: what the steps of an endpoint hand on to each other; in the
	 * arena, set by the first of them */
	void *chain;

	/* service: what an answer in pieces goes on with from one to the next,
	 * and who ends it with the request. Set together. */
	void *lasting;
	void (*end_lasting)(void *lasting);

	/* store and service: what encoders show */
	struct {
		struct user user;
		struct user *users;
		size_t users_len;
		bool has_more_users;
		struct session_row *sessions;
		size_t sessions_len;
		char token[TOKEN_TEXT];
		struct parse_summary parse;
		struct job_row job; /* number 0: there is none to show */
		bool is_accepted;   /* /parse: the job goes on by itself */
	} row;

	/* the answer; everything borrowed from the arena or static, its body
	 * perhaps that of the request */
	struct {
		int status; /* set by encoders and req_fail */
		enum err err;
		const char *detail; /* instead of err_text(err) */
		struct span body;
		/* service: whose bytes the body is; the request holds it.
		 * NULL: they are its own */
		struct document *document;
		const char *etag, *location, *link, *allow, *accept_patch;
		const char *preference_applied;
		/* service: this is not all of the answer. When the client has
		 * taken it, the arena is emptied, this step runs, and what it
		 * leaves is encoded as the next piece. Of the request only `in`
		 * (its numbers), `session`, `lasting` and `shown` last until
		 * then. An error in a later piece ends the connection. */
		req_step *more;
		/* service: its pieces are server-sent events, which come when
		 * there is news: who waits for them is not under way. */
		bool is_stream;
		bool is_continued; /* transport: it is a later piece */
		size_t shown;      /* api: rows in earlier pieces */
		int retry_after_s; /* 0: none */
		bool close;        /* transport: the connection ends with it */
		size_t errors_len;
		/* Last in the struct: of a new request all before it is zero. */
		struct field_error errors[FIELD_ERRORS_MAX];
	} out;
};

/* Runs the first step. on_done is called once, before this returns or, when a
 * step waits, out of a later req_resume(). */
void req_start(struct req *r, req_step *first);

/* Ends the request with an error: the remaining steps are skipped, the one
 * error shape is written; a 503 says when to try again. Logs why at debug
 * level. */
enum req_state req_fail(struct req *r, enum err e)
    __attribute__((warn_unused_result));

/* As req_fail, with words of its own (arena). */
enum req_state req_refuse(struct req *r, enum err e, const char *format, ...)
    __attribute__((warn_unused_result, format(printf, 3, 4)));

/* The last step ends with it: encode and write. */
enum req_state req_done(struct req *r) __attribute__((warn_unused_result));

/* Keeps the next step and says that somebody waits. Asserts that nobody did. */
enum req_state req_wait(struct req *r, req_step *next)
    __attribute__((warn_unused_result));

/* The same where the wait may last for minutes: meanwhile it takes no place from
 * other requests. */
enum req_state req_wait_long(struct req *r, req_step *next)
    __attribute__((warn_unused_result));

/* Called by whom the request waited for, on the loop thread, outside of any
 * step: runs the next one, or skips them all when `e` is an error. When the
 * client is gone (r->conn is NULL) no step runs, on_done is called. */
void req_resume(struct req *r, enum err e);

/* As pool_new(), for req_offload(): its threads share the host's slots for
 * hashing. */
struct pool *req_hash_pool_new(
    struct worker *w, unsigned threads, size_t queue_limit, int nice);

/* Runs work(arg) on the hashing pool, if the client is there then, when one of the
 * host's slots for it is free, then `next` on the loop. `work` touches only what
 * `arg` names.
 * ERR_OVERLOAD (503, Retry-After) when the queue is full, or no slot was free
 * for hash_timeout_ms. */
enum req_state req_offload(struct req *r, void (*work)(void *arg), void *arg,
    req_step *next) __attribute__((warn_unused_result));

/* Whether there is a place left now; it is not kept. */
bool req_may_offload(const struct req *r);

/* Keeps a place there for a later req_offload(), until that or the end of the
 * request; false: there is none. Who will need one is better told so before others
 * have worked for it. */
bool req_reserve_offload(struct req *r) __attribute__((warn_unused_result));

/* Gives back what a piece of the answer had: the arena and the document. */
void req_renew(struct req *r);

/* Gives back what the request has: that, and what lasted. */
void req_cleanup(struct req *r);

/* Registers a field of a 400; more than FIELD_ERRORS_MAX are dropped. */
void req_field_error(struct req *r, const char *field, const char *message);

#endif
