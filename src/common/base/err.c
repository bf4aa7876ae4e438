/* The table of refusals and failures, and the words that go with one. */
#include "common/base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	int status;
	const char *text;
} rows[] = {
#define X(name, status, text) [ERR_##name] = { status, text },
	ERR_LIST(X)
#undef X
};

int
err_status(enum err e)
{
	assert((size_t)e < sizeof(rows) / sizeof(rows[0]));
	return rows[e].status;
}

const char *
err_text(enum err e)
{
	assert((size_t)e < sizeof(rows) / sizeof(rows[0]));
	return rows[e].text;
}

enum err
problem_set(struct problem *p, enum err e, const char *format, ...)
{
	va_list args;

	if (!p)
		return e;
	va_start(args, format);
	vsnprintf(p->text, sizeof(p->text), format, args);
	va_end(args);
	return e;
}
