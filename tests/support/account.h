#ifndef TRAWL_TESTS_SUPPORT_ACCOUNT_H
#define TRAWL_TESTS_SUPPORT_ACCOUNT_H

#include "support/loopback.h"
#include "worker/service/session.h"
#include "worker/service/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Users and sessions of a loopback, in one call each. */

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

#define assert_span(span, text) \
	assert_true(span_is_equal((span), span_text(text)))

/* A request to create "First Last". */
static inline struct req *
account_request(struct loopback *l, const char *login, const char *password)
{
	struct req *r = loopback_new(l);

	r->in.login = span_text(login);
	r->in.password = span_text(password);
	r->in.first_name = span_text("First");
	r->in.last_name = span_text("Last");
	return r;
}

/* The id, or 0 with *err. */
static inline int64_t
account_try_create(
    struct loopback *l, const char *login, const char *password, enum err *err)
{
	struct req *r = account_request(l, login, password);
	int64_t id;

	*err = loopback_run(r, service_user_create);
	id = *err == ERR_OK ? r->row.user.id : 0;
	loopback_free(r);
	return id;
}

static inline int64_t
account_create(struct loopback *l, const char *login, const char *password)
{
	enum err err;
	int64_t id = account_try_create(l, login, password, &err);

	assert_int_equal(err, ERR_OK);
	return id;
}

static inline enum err
account_try_login(struct loopback *l, const char *login, const char *password,
    char token[TOKEN_TEXT])
{
	struct req *r = account_request(l, login, password);
	enum err err = loopback_run(r, service_login);

	memcpy(token, r->row.token, TOKEN_TEXT);
	loopback_free(r);
	return err;
}

static inline void
account_login(struct loopback *l, const char *login, const char *password,
    char token[TOKEN_TEXT])
{
	assert_int_equal(account_try_login(l, login, password, token), ERR_OK);
}

static inline enum req_state
account_ask_session(struct req *r)
{
	return service_session(r, NULL, req_done);
}

/* ERR_OK when the token is good. */
static inline enum err
account_session(struct loopback *l, const char *token)
{
	struct req *r = loopback_new(l);
	enum err err;

	r->authorization = span_text(token);
	err = loopback_run(r, account_ask_session);
	loopback_free(r);
	return err;
}

#endif
