#ifndef TRAWL_COMMON_BASE_ERR_H
#define TRAWL_COMMON_BASE_ERR_H

/* Every way in which trawl refuses or fails, with the status that a client
 * sees and the words it reads. Where more can be said (a field, a file, a
 * value), the caller says it in a `struct problem` or in req.out.detail. */
#define ERR_LIST(X)                                                       \
	X(OK, 200, "OK")                                                  \
	X(BAD_REQUEST, 400, "Bad request")                                \
	X(BAD_JSON, 400, "Malformed JSON")                                \
	X(INVALID, 400, "Validation failed")                              \
	X(BAD_PARAMETER, 400, "Bad parameter")                            \
	X(NO_SESSION, 401, "A valid token is required")                   \
	X(WRONG_CREDENTIALS, 401, "Wrong login or password")              \
	X(FORBIDDEN, 403, "This is another user's")                       \
	X(REGISTRATION_CLOSED, 403, "Registration is closed")             \
	X(NOT_FOUND, 404, "Not found")                                    \
	X(NO_LOG, 404, "No such log")                                     \
	X(NO_CATEGORY, 404, "No such category")                           \
	X(NO_JOB, 404, "No such job")                                     \
	X(METHOD, 405, "Method not allowed")                              \
	X(TIMEOUT, 408, "The request took too long to arrive")            \
	X(LOGIN_BUSY, 409, "Login is busy")                               \
	X(NOTHING_PARSED, 409, "Nothing has been parsed yet: ask /parse") \
	X(PRECONDITION, 412, "Not the version that was asked for")        \
	X(BODY_TOO_LARGE, 413, "The body is too large")                   \
	X(TARGET_TOO_LONG, 414, "The request target is too long")         \
	X(NOT_JSON, 415, "Content-Type must be application/json")         \
	X(CODED, 415, "The body must have no Content-Encoding")           \
	X(EXPECTATION, 417, "Expectation failed")                         \
	X(TOO_MANY, 429, "Too many attempts")                             \
	X(HEADERS_TOO_LARGE, 431, "The header block is too large")        \
	X(INTERNAL, 500, "Internal error")                                \
	X(METHOD_UNKNOWN, 501, "No such method is known here")            \
	X(ENCODING_UNKNOWN, 501, "No such transfer coding is known here") \
	X(LOG_CHANGED, 503, "The log changed while it was read")          \
	X(LOG_UNREADABLE, 503, "The log cannot be read")                  \
	X(NO_COUNTRIES, 503, "The source of countries is away")           \
	X(PARSE_FAILED, 503, "The parse failed")                          \
	X(OVERLOAD, 503, "Too busy, try again")                           \
	X(STORE_DOWN, 503, "The store is away, try again")                \
	X(DRAINING, 503, "This worker is shutting down")                  \
	X(NO_MEMORY, 503, "Out of memory, try again")                     \
	X(NO_FILES, 503, "Too many files are open, try again")            \
	X(STALE, 503, "Another parse has taken over")                     \
	X(CORRUPT, 503, "Stored data has an unknown form")                \
	X(VERSION, 505, "HTTP version not supported")

enum err {
#define X(name, status, text) ERR_##name,
	ERR_LIST(X)
#undef X
};

/* The HTTP status; 200 for ERR_OK. */
int err_status(enum err e);

/* The words for a client. Static memory. */
const char *err_text(enum err e);

/* What went wrong, in words for a person: the variable, file or value, and the
 * remedy. An empty text means that err_text() says enough. */
struct problem {
	char text[512];
};

/* Writes the words (cut to what fits) and returns `e`, so that a function can
 * end with `return problem_set(p, ERR_NO_LOG, "%s: ...", path);`. NULL p is
 * allowed. */
enum err problem_set(struct problem *p, enum err e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
