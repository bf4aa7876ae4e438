#ifndef TRAWL_TESTS_DICTIONARY_H
#define TRAWL_TESTS_DICTIONARY_H

#include "common/shoplog/table/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A dictionary and names in it. */
static inline void
open_names(struct names *n)
{
	struct hash_secret secret;

	assert_true(hash_secret_new(&secret));
	names_init(n, &secret);
}

static inline uint32_t
category(struct names *n, const char *text)
{
	uint32_t id;

	assert_int_equal(names_category(n, span_text(text), &id), ERR_OK);
	return id;
}

static inline uint32_t
page(struct names *n, const char *of, const char *goods)
{
	uint32_t id;

	assert_int_equal(
	    names_page(n, span_text(of), span_text(goods), &id), ERR_OK);
	return id;
}

#endif
