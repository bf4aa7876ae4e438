/* Requests that are more than may run: some refused, the others in a queue. */
#include "worker/transport/admission.h"

#include "worker/transport/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 2, REQUESTS = 1200 };

static struct admission admission;
static struct exchange all[REQUESTS];
static int order[REQUESTS], gone_on, answered;
static bool is_behind;

static enum req_state
hold(struct req *r)
{
	/* The request is a member of its exchange, not the first. */
	order[gone_on++] =
	    (int)((size_t)((char *)r - (char *)all) / sizeof(all[0]));
	r->next = hold;
	return REQ_WAIT;
}

static void
on_done(struct req *r)
{
	admission_ended(&admission, r->out.err == ERR_OK);
}

static enum req_state
ask(struct req *r)
{
	return admission_ask(&admission, r, is_behind, hold);
}

static int
set_up(void **state)
{
	static char client;

	(void)state;
	memset(all, 0, sizeof(all));
	gone_on = answered = 0;
	is_behind = false;
	admission_init(&admission, LIMIT);
	for (int i = 0; i < REQUESTS; i++) {
		all[i].req.conn = (struct conn *)(void *)&client;
		all[i].req.on_done = on_done;
	}
	return 0;
}

static void
begin(int i)
{
	admission_began(&admission);
	req_start(&all[i].req, ask);
}

/* The one that runs longest is answered. */
static void
answer(void)
{
	struct req *r = &all[order[answered++]].req;

	r->next = NULL;
	on_done(r);
	admission_next(&admission);
}

/* More than may run, until refusals are used up. Returns how many began. */
static int
spend_credit(void)
{
	int i = 0;

	do
		begin(i++);
	while (i <= LIMIT || all[i - 1].req.out.err == ERR_OVERLOAD);
	assert_int_equal(admission.waiting, 1);
	return i;
}

static void
as_many_as_may_run_go_on_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT; i++)
		begin(i);
	assert_int_equal(gone_on, LIMIT);
	begin(LIMIT);
	assert_int_equal(gone_on, LIMIT);
	assert_int_equal(all[LIMIT].req.out.status, 503);
	assert_int_equal(all[LIMIT].req.out.retry_after_s, 1);
	assert_int_equal(admission.running, LIMIT);
}

static void
beyond_some_refusals_they_wait_in_order(void **state)
{
	int len;

	(void)state;
	len = spend_credit();
	begin(len);
	assert_int_equal(admission.waiting, 2);
	assert_int_equal(gone_on, LIMIT);
	answer();
	answer();
	assert_int_equal(gone_on, LIMIT + 2);
	assert_int_equal(order[LIMIT], len - 1);
	assert_int_equal(order[LIMIT + 1], len);
	assert_int_equal(admission.waiting, 0);
	assert_int_equal(admission.running, LIMIT);
}

static void
what_was_served_pays_for_refusals(void **state)
{
	int len, refused = 0;

	(void)state;
	len = spend_credit();
	for (int i = 0; i < 320; i++) {
		answer();
		/* There is always one who waits. */
		do
			begin(len++);
		while (admission.waiting == 0);
		refused += all[len - 2].req.out.err == ERR_OVERLOAD;
	}
	assert_in_range(refused, 5, 10);
}

/* There is room, but others wait unread: one now and then is told to come back,
 * and nobody waits here. */
static void
some_are_refused_when_others_wait_to_be_read(void **state)
{
	int refused = 0, len = 0;

	(void)state;
	is_behind = true;
	while (gone_on == 0)
		begin(len++);
	assert_int_equal(len, 65); /* as many are refused at once */
	assert_int_equal(all[len - 2].req.out.status, 503);
	answer();
	for (int i = 0; i < 320; i++) {
		int before = gone_on;

		begin(len++);
		if (gone_on > before)
			answer();
		else
			refused++;
	}
	assert_in_range(refused, 5, 10);
	assert_int_equal(admission.waiting, 0);
}

static void
the_queue_has_an_end_and_a_wait_may_be_given_up(void **state)
{
	int len;

	(void)state;
	len = spend_credit();
	while (all[len - 1].req.out.err == ERR_OK)
		begin(len++);
	assert_int_equal(admission.waiting, 4 * LIMIT);
	admission_give_up(&admission, &all[len - 2], ERR_OVERLOAD);
	assert_int_equal(all[len - 2].req.out.status, 503);
	assert_int_equal(admission.waiting, 4 * LIMIT - 1);
	/* Twice is once, and of who does not wait it is nothing. */
	admission_give_up(&admission, &all[len - 2], ERR_OVERLOAD);
	admission_give_up(&admission, NULL, ERR_OVERLOAD);
	assert_int_equal(admission.waiting, 4 * LIMIT - 1);
	while (admission.running > 0)
		answer();
	assert_int_equal(admission.waiting, 0);
}

static void
what_is_served_at_once_passes_unless_there_is_a_queue(void **state)
{
	(void)state;
	admission.credit = 0;
	assert_true(admission_pass(&admission));
	assert_int_equal(admission.running, 0);
	assert_int_equal(admission.credit, 1);
	begin(0);
	assert_true(admission_pass(&admission));
	begin(1);
	assert_false(admission_pass(&admission));
	assert_int_equal(admission.credit, 2);
}

#define test(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(as_many_as_may_run_go_on_at_once),
		test(beyond_some_refusals_they_wait_in_order),
		test(what_was_served_pays_for_refusals),
		test(some_are_refused_when_others_wait_to_be_read),
		test(the_queue_has_an_end_and_a_wait_may_be_given_up),
		test(what_is_served_at_once_passes_unless_there_is_a_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
