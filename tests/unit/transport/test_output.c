/* Answers on their way into a socket that takes them, does not, or is gone. */
#include "worker/transport/output.h"

#include "worker/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int sent, status_of_sent;

static void
on_sent(uv_stream_t *stream, int status)
{
	(void)stream;
	sent++;
	status_of_sent = status;
}

struct pair {
	uv_loop_t loop;
	uv_pipe_t near;
	int far;
};

static void
pair_open(struct pair *p)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	uv_loop_init(&p->loop);
	uv_pipe_init(&p->loop, &p->near, 0);
	assert_int_equal(uv_pipe_open(&p->near, fds[0]), 0);
	p->far = fds[1];
	sent = 0;
}

static void
pair_close(struct pair *p)
{
	uv_close((uv_handle_t *)&p->near, NULL);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&p->loop), 0);
	if (p->far >= 0)
		close(p->far);
}

static void
texts_and_numbers_follow_each_other(void **state)
{
	struct output out = { 0 };

	(void)state;
	output_add_text(&out, "a");
	output_add_number(&out, 0);
	output_add_number(&out, SIZE_MAX);
	output_add(&out, span_of("\0b", 2));
	assert_int_equal(out.copied.len, 1 + 1 + 20 + 2);
	assert_memory_equal(
	    out.copied.data, "a018446744073709551615\0b", out.copied.len);
	output_cleanup(&out);
}

static void
count_reset(void *arg)
{
	++*(int *)arg;
}

/* Lends `len` bytes of `c` that lie in an arena of their own. */
static void
lend(struct output *out, char c, size_t len, int *resets)
{
	struct arena arena = { 0 };
	char *bytes = arena_alloc(&arena, len);

	assert_non_null(bytes);
	memset(bytes, c, len);
	assert_int_equal(arena_on_reset(&arena, count_reset, resets), 0);
	output_lend(out, span_of(bytes, len), &arena);
	arena_reset(&arena);
}

static void
long_bodies_are_sent_from_where_they_lie(void **state)
{
	enum { BODIES = OUTPUT_LOANS + 2 };
	struct output out = { 0 };
	struct pair p;
	static char got[BODIES * (2 * OUTPUT_LOAN_MIN + 2) + 8];
	int resets = 0;

	(void)state;
	pair_open(&p);
	for (int i = 0; i < BODIES; i++) {
		output_add_text(&out, "<");
		lend(&out, (char)('A' + i), 2 * OUTPUT_LOAN_MIN, &resets);
		output_add_text(&out, ">");
	}
	/* The two that were one too many are copied. */
	assert_int_equal(resets, BODIES - OUTPUT_LOANS);
	assert_int_equal(output_len(&out), sizeof(got) - 8);
	assert_int_equal(output_send(&out, (uv_stream_t *)&p.near, on_sent), 0);
	assert_int_equal(resets, BODIES);
	assert_int_equal(output_len(&out), 0);
	assert_int_equal(read(p.far, got, sizeof(got)), sizeof(got) - 8);
	for (int i = 0; i < BODIES; i++) {
		const char *at = got + i * (2 * OUTPUT_LOAN_MIN + 2);

		assert_int_equal(at[0], '<');
		assert_int_equal(at[1], 'A' + i);
		assert_int_equal(at[2 * OUTPUT_LOAN_MIN], 'A' + i);
		assert_int_equal(at[2 * OUTPUT_LOAN_MIN + 1], '>');
	}
	lend(&out, 'x', OUTPUT_LOAN_MIN - 1, &resets);
	assert_int_equal(resets, BODIES + 1);
	output_clear(&out);
	output_cleanup(&out);
	pair_close(&p);
}

static void
what_fits_is_sent_at_once(void **state)
{
	struct output out = { 0 };
	struct pair p;
	char got[8];

	(void)state;
	pair_open(&p);
	output_add_text(&out, "hello");
	assert_int_equal(output_send(&out, (uv_stream_t *)&p.near, on_sent), 0);
	assert_int_equal(out.copied.len, 0);
	assert_int_equal(read(p.far, got, sizeof(got)), 5);
	assert_int_equal(output_send(&out, (uv_stream_t *)&p.near, on_sent), 0);
	output_cleanup(&out);
	pair_close(&p);
	assert_int_equal(sent, 0);
}

static void
the_rest_is_sent_when_there_is_room(void **state)
{
	enum { LEN = 4 << 20 };
	struct output out = { 0 };
	struct pair p;
	static char got[65536];
	size_t len = 0;
	int resets = 0;

	(void)state;
	pair_open(&p);
	for (size_t i = 0; i < LEN / sizeof(got); i++) {
		memset(got, (char)i, sizeof(got));
		if (i % 2 == 0)
			output_add(&out, span_of(got, sizeof(got)));
		else
			lend(&out, (char)i, sizeof(got), &resets);
	}
	assert_int_equal(output_send(&out, (uv_stream_t *)&p.near, on_sent), 1);
	/* The output is for others at once, and not as large as it was. */
	assert_int_equal(output_len(&out), 0);
	assert_int_equal(resets, LEN / sizeof(got) / 2);
	assert_true(out.copied.room <= 256 << 10);
	while (len < LEN) {
		uv_run(&p.loop, UV_RUN_NOWAIT);
		ssize_t n = recv(p.far, got, sizeof(got), MSG_DONTWAIT);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(
			    got[i], (char)((len + (size_t)i) / sizeof(got)));
		if (n > 0)
			len += (size_t)n;
	}
	uv_run(&p.loop, UV_RUN_NOWAIT);
	assert_int_equal(sent, 1);
	assert_int_equal(status_of_sent, 0);
	output_cleanup(&out);
	pair_close(&p);
}

/* Room that the client has made since is for the rest: what comes later goes
 * behind it. */
static void
what_is_sent_while_a_rest_waits_comes_behind_it(void **state)
{
	enum { LEN = 4 << 20, TIMES = 3 };
	struct output out = { 0 };
	struct pair p;
	static char got[65536];
	size_t len = 0;

	(void)state;
	pair_open(&p);
	for (int time = 0; time < TIMES; time++) {
		for (size_t i = 0; i < LEN / sizeof(got); i++) {
			memset(got, 'a' + time, sizeof(got));
			output_add(&out, span_of(got, sizeof(got)));
		}
		assert_int_equal(
		    output_send(&out, (uv_stream_t *)&p.near, on_sent), 1);
		ssize_t n = recv(p.far, got, sizeof(got), 0);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(got[i], 'a');
		len += (size_t)n;
	}
	while (len < TIMES * LEN) {
		uv_run(&p.loop, UV_RUN_NOWAIT);
		ssize_t n = recv(p.far, got, sizeof(got), MSG_DONTWAIT);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(
			    got[i], 'a' + (int)((len + (size_t)i) / LEN));
		if (n > 0)
			len += (size_t)n;
	}
	uv_run(&p.loop, UV_RUN_NOWAIT);
	assert_int_equal(sent, TIMES);
	output_cleanup(&out);
	pair_close(&p);
}

static void
a_client_that_is_gone_is_an_error(void **state)
{
	struct output out = { 0 };
	struct pair p;

	(void)state;
	pair_open(&p);
	close(p.far);
	p.far = -1;
	output_add_text(&out, "hello");
	assert_int_equal(
	    output_send(&out, (uv_stream_t *)&p.near, on_sent), UV_EPIPE);
	assert_int_equal(out.copied.len, 0);
	output_cleanup(&out);
	pair_close(&p);
	assert_int_equal(sent, 0);
}

static void
an_answer_that_is_not_whole_is_not_sent(void **state)
{
	struct output out = { .has_failed = true };
	struct pair p;
	char got[8];

	(void)state;
	pair_open(&p);
	output_add_text(&out, "hel");
	assert_int_equal(
	    output_send(&out, (uv_stream_t *)&p.near, on_sent), UV_ENOMEM);
	assert_int_equal(recv(p.far, got, sizeof(got), MSG_DONTWAIT), -1);
	assert_false(out.has_failed);
	output_cleanup(&out);
	pair_close(&p);
}

static void
a_document_that_is_not_all_of_the_answers_is_not_taken_alone(void **state)
{
	struct document *d = document_new(span_text("1"), span_text("{}"));
	struct output out = { 0 };

	(void)state;
	output_lend_document(&out, d);
	out.has_failed = true;
	assert_null(output_take_document(&out));
	out.has_failed = false;
	assert_ptr_equal(output_take_document(&out), d);
	assert_int_equal(output_len(&out), 0);
	d->lent--;
	document_release(d);
	document_release(d);
	output_cleanup(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_numbers_follow_each_other),
		cmocka_unit_test(long_bodies_are_sent_from_where_they_lie),
		cmocka_unit_test(what_fits_is_sent_at_once),
		cmocka_unit_test(the_rest_is_sent_when_there_is_room),
		cmocka_unit_test(
		    what_is_sent_while_a_rest_waits_comes_behind_it),
		cmocka_unit_test(a_client_that_is_gone_is_an_error),
		cmocka_unit_test(an_answer_that_is_not_whole_is_not_sent),
		cmocka_unit_test(
		    a_document_that_is_not_all_of_the_answers_is_not_taken_alone),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
