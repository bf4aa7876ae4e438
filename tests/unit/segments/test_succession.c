#include "worker/store/segments/succession.h"

#include "support/loopback.h"
#include "worker/store/copies/copies.h"
#include "worker/store/copies/shown.h"
#include "worker/store/segments/current.h"
#include "worker/store/segments/generation_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Who makes documents. */
struct maker {
	struct loopback *l;
	bool is_wanted;
	bool is_quick; /* has them at once */
	char next[COPIES_NAME_MAX + 1];
};

static bool
is_wanted(void *arg)
{
	const struct maker *m = arg;

	return m->is_wanted;
}

static void
prepare(struct span next, void *arg)
{
	struct maker *m = arg;

	memcpy(m->next, next.data, next.len);
	m->next[next.len] = '\0';
	if (m->is_quick)
		succession_prepared(m->l->worker.succession);
}

static void
turn(struct loopback *l)
{
	uv_run(&l->loop, UV_RUN_ONCE);
}

static enum req_state
read_generation(struct req *r)
{
	return store_generation(r, &r->row.parse.generation, req_done);
}

static bool
shows(struct loopback *l, const char *name)
{
	return span_is_equal(
	    copies_find_generation(l->worker.copies), span_text(name));
}

static void
commit(struct loopback *l, const char *name)
{
	redis_process_ask(
	    &l->server, "HSET {logs}:manifest generation %s", name);
}

/* By reading its name. */
static void
show(struct loopback *l, const char *name)
{
	while (!shows(l, name)) {
		struct req *r = loopback_new(l);

		assert_int_equal(loopback_run(r, read_generation), ERR_OK);
		loopback_free(r);
		uv_run(&l->loop, UV_RUN_NOWAIT); /* what Redis tells */
	}
}

/* Generation 1 is shown, its documents are in use. */
static struct loopback *
begin(void **state, struct maker *m)
{
	struct loopback *l = *state;
	const struct succession_hooks hooks = { is_wanted, prepare, m };
	uint64_t stamp;

	*m = (struct maker){ .l = l, .is_wanted = true };
	commit(l, "1");
	while (!copies_note_reports(l->worker.copies, &stamp))
		turn(l);
	show(l, "1");
	succession_set_hooks(l->worker.succession, &hooks);
	return l;
}

static void
wait_until_asked(struct maker *m, const char *next)
{
	while (strcmp(m->next, next) != 0)
		turn(m->l);
}

/* Generation 1 is in doubt, and documents of 2 are to be made. */
static struct loopback *
begin_change(void **state, struct maker *m)
{
	struct loopback *l = begin(state, m);

	commit(l, "2");
	wait_until_asked(m, "2");
	return l;
}

/* A worker beside this one, which shows what this one does. */
static struct shared_worker *
add_neighbour(struct loopback *l)
{
	struct shared_worker *w = l->setup.shared->worker;

	l->setup.shared->workers = 2;
	w[1].pid = 1;
	w[1].reports_shown = w[0].reports_shown;
	w[1].reports_ready = w[0].reports_ready;
	return &w[1];
}

static uint64_t
revocations(struct loopback *l)
{
	return l->setup.shared->epoch[0];
}

/* A machine that stands still for longer than a doubt lasts spoils some. */
enum { ROUNDS = 20 };

static bool
changes_without_a_gap(struct maker *m, const char *old, const char *next)
{
	struct loopback *l = m->l;

	show(l, old);
	uint64_t before = revocations(l);
	commit(l, next);
	while (shows(l, old))
		turn(l);
	if (!shows(l, next))
		return false;
	assert_string_equal(m->next, next);
	assert_false(copies_is_in_doubt(l->worker.copies));
	assert_int_equal(revocations(l), before);
	return true;
}

static void
old_reports_are_shown_until_the_next_are_ready(void **state)
{
	struct maker m;
	int changes = 0;

	begin(state, &m);
	m.is_quick = true;
	for (int i = 1; i <= ROUNDS && changes < 2; i++) {
		char old[8], next[8];

		snprintf(old, sizeof(old), "%d", i);
		snprintf(next, sizeof(next), "%d", i + 1);
		changes += changes_without_a_gap(&m, old, next);
	}
	assert_int_equal(changes, 2);
}

static void
what_is_not_in_use_is_forgotten_at_once(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);

	m.is_wanted = false;
	commit(l, "2");
	while (shows(l, "1"))
		turn(l);
	assert_true(shows(l, ""));
	assert_string_equal(m.next, "");
}

static void
doubt_does_not_last(void **state)
{
	struct maker m;
	struct loopback *l = begin_change(state, &m);

	while (shows(l, "1"))
		turn(l);
	assert_true(shows(l, ""));
	/* Too late. */
	succession_prepared(l->worker.succession);
	assert_false(shows(l, "1"));
}

static void
a_revocation_ends_doubt(void **state)
{
	struct maker m;
	struct loopback *l = begin_change(state, &m);

	assert_true(copies_is_in_doubt(l->worker.copies));
	copies_revoke_reports(&l->worker);
	assert_true(shows(l, ""));
}

static void
who_says_that_a_job_is_done_ends_doubt(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);

	store_reports_are_new(&l->worker, span_text("1"));
	assert_true(shows(l, "1"));
	commit(l, "2");
	wait_until_asked(&m, "2");
	store_reports_are_new(&l->worker, span_text("1"));
	store_reports_are_new(&l->worker, span_text("2"));
	assert_false(shows(l, "1"));
}

/* The news of it may be late on the neighbour's own connection. */
static void
who_says_that_a_job_is_done_reaches_who_has_not_heard(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);

	m.is_wanted = false;
	add_neighbour(l);
	commit(l, "2");
	while (shows(l, "1"))
		turn(l);
	uint64_t before = revocations(l);
	store_reports_are_new(&l->worker, span_text("2"));
	assert_int_equal(revocations(l), before + 1);
	/* Nobody can show older ones any more. */
	store_reports_are_new(&l->worker, span_text("2"));
	assert_int_equal(revocations(l), before + 1);
}

static void
who_says_that_a_job_is_done_disturbs_nobody_who_shows_its_reports(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	uint64_t before = revocations(l);

	add_neighbour(l);
	store_reports_are_new(&l->worker, span_text("1"));
	assert_int_equal(revocations(l), before);
	assert_true(shows(l, "1"));
}

static bool
goes_over_when_the_neighbour_can(struct maker *m, const char *next)
{
	struct loopback *l = m->l;
	struct shared_worker *self = l->setup.shared->worker;
	struct shared_worker *neighbour = add_neighbour(l);
	uint64_t before = revocations(l);

	commit(l, next);
	wait_until_asked(m, next);
	assert_false(shows(l, next));
	neighbour->reports_ready = self->reports_ready;
	while (copies_is_in_doubt(l->worker.copies))
		turn(l);
	if (!shows(l, next))
		return false;
	assert_int_equal(revocations(l), before);
	return true;
}

static void
all_workers_go_over_together(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	bool has_gone = false;

	m.is_quick = true;
	for (int i = 2; i <= ROUNDS && !has_gone; i++) {
		char next[8];

		snprintf(next, sizeof(next), "%d", i);
		has_gone = goes_over_when_the_neighbour_can(&m, next);
		l->setup.shared->workers = 1;
		show(l, next);
	}
	assert_true(has_gone);
}

static void
when_one_shows_the_next_nobody_shows_the_old(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct shared_worker *neighbour = add_neighbour(l);

	commit(l, "2");
	wait_until_asked(&m, "2");
	neighbour->reports_shown = 17;
	assert_true(shows(l, ""));
}

static void
who_is_ready_follows_the_first_to_go_over_at_once(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct shared_worker *neighbour = add_neighbour(l);
	struct req *r = loopback_new(l);

	m.is_quick = true;
	commit(l, "2");
	wait_until_asked(&m, "2");
	neighbour->reports_shown = l->setup.shared->worker[0].reports_ready;
	assert_true(shows(l, ""));
	req_start(r, read_generation); /* and does not wait */
	assert_true(span_is_equal(r->row.parse.generation, span_text("2")));
	loopback_free(r);
}

/* It may not have heard of the change at all. */
static void
who_does_not_go_over_is_made_to(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);

	add_neighbour(l);
	m.is_quick = true;
	commit(l, "2");
	while (revocations(l) == 0)
		turn(l);
	assert_false(shows(l, "1"));
}

static enum req_state
settle(struct req *r)
{
	return store_reports_settle(r, span_text("2"), req_done);
}

static void
who_asked_for_the_parse_waits_until_all_have_gone_over(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct req *r = loopback_new(l);

	m.is_quick = true;
	loopback_start(r, settle);
	commit(l, "2");
	assert_int_equal(loopback_wait(r), ERR_OK);
	assert_false(shows(l, "1"));
	show(l, "2");
	/* Nobody has to, any more. */
	uint64_t before = revocations(l);
	assert_int_equal(loopback_run(r, settle), ERR_OK);
	assert_int_equal(revocations(l), before);
	loopback_free(r);
}

static void
who_asked_for_the_parse_does_not_wait_for_long(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct req *r = loopback_new(l);

	assert_int_equal(loopback_run(r, settle), ERR_OK);
	assert_int_equal(revocations(l), 1);
	assert_true(shows(l, ""));
	loopback_free(r);
}

/* A neighbour that shows nothing has asked Redis before the change, and the answer
 * comes after it. */
static void
who_asked_for_the_parse_waits_for_who_is_reading_the_name(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct shared_worker *neighbour = add_neighbour(l);
	struct req *r = loopback_new(l);

	m.is_quick = true;
	commit(l, "2");
	neighbour->reports_shown = 0;
	show(l, "2");
	uint64_t before = revocations(l);
	neighbour->reports_reads = 1;
	assert_int_equal(loopback_run(r, settle), ERR_OK);
	assert_int_equal(revocations(l), before + 1);
	neighbour->reports_reads = 0;
	assert_int_equal(loopback_run(r, settle), ERR_OK);
	assert_int_equal(revocations(l), before + 1);
	loopback_free(r);
}

/* Until its answer has been taken, whatever that does. */
static void
who_reads_the_name_is_seen_to(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct shared_worker *self = l->setup.shared->worker;
	struct req *r = loopback_new(l);

	m.is_wanted = false;
	commit(l, "2");
	while (shows(l, "1"))
		turn(l);
	assert_int_equal(self->reports_reads, 0);
	loopback_start(r, read_generation);
	assert_int_equal(self->reports_reads, 1);
	assert_int_equal(loopback_wait(r), ERR_OK);
	turn(l);
	assert_int_equal(self->reports_reads, 0);
	loopback_free(r);
}

static void
who_waits_when_the_worker_ends_is_told(void **state)
{
	struct maker m;
	struct loopback *l = begin(state, &m);
	struct req *r[2];

	for (int i = 0; i < 2; i++) {
		r[i] = loopback_new(l);
		loopback_start(r[i], settle);
	}
	succession_close(l->worker.succession);
	l->worker.succession = NULL;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(loopback_wait(r[i]), ERR_DRAINING);
		loopback_free(r[i]);
	}
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(old_reports_are_shown_until_the_next_are_ready),
		test(what_is_not_in_use_is_forgotten_at_once),
		test(doubt_does_not_last),
		test(a_revocation_ends_doubt),
		test(who_says_that_a_job_is_done_ends_doubt),
		test(who_says_that_a_job_is_done_reaches_who_has_not_heard),
		test(
		    who_says_that_a_job_is_done_disturbs_nobody_who_shows_its_reports),
		test(all_workers_go_over_together),
		test(when_one_shows_the_next_nobody_shows_the_old),
		test(who_is_ready_follows_the_first_to_go_over_at_once),
		test(who_does_not_go_over_is_made_to),
		test(who_asked_for_the_parse_waits_until_all_have_gone_over),
		test(who_asked_for_the_parse_does_not_wait_for_long),
		test(who_asked_for_the_parse_waits_for_who_is_reading_the_name),
		test(who_reads_the_name_is_seen_to),
		test(who_waits_when_the_worker_ends_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
