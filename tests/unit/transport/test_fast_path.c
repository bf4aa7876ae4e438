/* Requests whose head came before, and those among them whose did not. */
#include "worker/transport/fast_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

/* Asks for /document, `cut` bytes alone at first. */
static const char *
ask_in_pieces(struct client *c, size_t cut)
{
	static const char text[] = GET("/document");

	c->len = 0;
	c->bytes[0] = '\0';
	client_send(c, text, cut);
	for (int i = 0; i < 8; i++)
		turn(c->served);
	client_send(c, text + cut, sizeof(text) - 1 - cut);
	assert_true(client_wait(c, "{\"a\":1}", 1));
	return c->bytes;
}

/* Without its Date, which moves on. */
static void
strip(char out[512], const char *answer)
{
	const char *date = strstr(answer, "Date: ");

	assert_non_null(date);
	snprintf(out, 512, "%.*s%s", (int)(date - answer), answer,
	    strchr(date, '\n'));
}

/* Whether the time that its head tells has passed, is seen behind that. */
static void
a_known_head_is_answered_as_any_other(void **state)
{
	enum { TIMES = 50 };
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	char first[512], other[512];
	size_t len = strlen(GET("/document"));

	(void)state;
	document = document_new(span_text("1"), span_text("{\"a\":1}"));
	assert_non_null(document);
	strip(first, ask_in_pieces(c, len));
	assert_int_equal(ready, 0);
	for (int i = 0; i < TIMES; i++) {
		strip(other, ask_in_pieces(c, len));
		assert_string_equal(first, other);
	}
	assert_int_equal(ready, TIMES);
	int before = ready;
	for (size_t cut = 1; cut < len; cut++) {
		strip(other, ask_in_pieces(c, cut));
		assert_string_equal(first, other);
	}
	assert_int_equal(ready, before);
	assert_int_equal(document->refs, 1);
	client_close(c);
	served_close(s);
	document_release(document);
	document = NULL;
}

/* With the head of this second, or of one that is over. */
static void
a_known_head_counts_as_served_once(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	struct admission *admission = &s->worker.server->admission;
	size_t len = strlen(GET("/document"));

	(void)state;
	document = document_new(span_text("1"), span_text("{\"a\":1}"));
	assert_non_null(document);
	ask_in_pieces(c, len);
	for (int i = 0; i < 2; i++) {
		admission->credit = 0;
		ask_in_pieces(c, len);
		assert_int_equal(admission->credit, 1);
		document->head_s = 0;
	}
	assert_int_equal(ready, 2);
	client_close(c);
	document_release(document);
	document = NULL;
	served_close(s);
}

static void
known_heads_among_others_keep_the_order(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	int waits = 0;

	(void)state;
	document = document_new(span_text("1"), span_text("{\"a\":1}"));
	assert_non_null(document);
	for (int i = 0; i < 20; i++) {
		held = NULL;
		send_text(c, GET("/document") GET("/document") GET("/wait")
				 GET("/document") GET("/"));
		while (held == NULL)
			turn(s);
		assert_true(client_wait(c, "{\"a\":1}", 2 + 3 * waits++));
		req_resume(held, ERR_OK);
		assert_true(client_wait(c, HELLO, waits));
		assert_true(client_wait(c, "/waitHTTP/1.1 200 OK", waits));
	}
	assert_true(ready > 0);
	assert_true(client_wait(c, "{\"a\":1}HTTP/1.1 200 OK", 3 * waits));
	client_close(c);
	served_close(s);
	document_release(document);
	document = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_head_is_answered_as_any_other),
		cmocka_unit_test(a_known_head_counts_as_served_once),
		cmocka_unit_test(known_heads_among_others_keep_the_order),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
