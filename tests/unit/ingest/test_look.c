/* Looks at a log, by several who ask before the pool comes to it. */
#include "worker/ingest/look.h"

#include "support/crew.h"

#include <semaphore.h>

/* Keeps the only thread of the pool from the looks behind it. */
struct gate {
	struct pool_job job;
	sem_t opened;
	bool is_done;
};

static void
wait_at_gate(struct pool_job *job)
{
	sem_wait(&((struct gate *)job)->opened);
}

static void
on_gate_done(struct pool_job *job)
{
	((struct gate *)job)->is_done = true;
}

static void
do_nothing(struct pool_job *job)
{
	(void)job;
}

static void
gate_shut(struct gate *g, struct crew *c)
{
	*g = (struct gate){ .job = {
				.work = wait_at_gate, .done = on_gate_done } };
	assert_int_equal(sem_init(&g->opened, 0, 0), 0);
	assert_int_equal(
	    pool_start(c->member[0].worker.parse_pool, &g->job), ERR_OK);
}

struct asker {
	struct looker looker;
	struct look *look;
	unsigned place; /* in the order in which they were told; 0: not yet */
};

static unsigned told;

static void
on_look(struct looker *l)
{
	struct asker *a = (struct asker *)l;

	assert_int_equal(a->place, 0);
	a->place = ++told;
}

static void
ask(struct looks *s, bool is_full, struct asker *a)
{
	*a = (struct asker){ .looker = { .fn = on_look } };
	assert_int_equal(
	    look_join(s, is_full, false, &a->looker, &a->look), ERR_OK);
	assert_int_equal(a->place, 0);
}

static void
wait_for(struct crew *c, const struct asker *a)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;

	while (a->place == 0 && clock_ms() < deadline)
		crew_turn(c);
	assert_int_not_equal(a->place, 0);
}

static struct looks
looks_of(struct crew *c)
{
	const struct worker *w = &c->member[0].worker;

	told = 0;
	return (struct looks){ .setup = w->setup, .pool = w->parse_pool };
}

static void
who_asks_before_it_begins_shares_it(void **state)
{
	struct crew *c = crew_open(1);
	struct looks looks = looks_of(c);
	struct asker a[4];
	const char *words;
	struct gate gate;

	(void)state;
	crew_write(c, "w", "one\n");
	gate_shut(&gate, c);
	ask(&looks, true, &a[0]);
	ask(&looks, true, &a[1]);
	ask(&looks, false, &a[2]);
	ask(&looks, true, &a[3]);
	assert_ptr_equal(a[0].look, a[1].look);
	assert_ptr_equal(a[0].look, a[3].look);
	assert_ptr_not_equal(a[0].look, a[2].look);
	/* It sees what lies there when it begins. */
	crew_write(c, "a", "two\n");
	sem_post(&gate.opened);
	for (size_t i = 0; i < 4; i++)
		wait_for(c, &a[i]);
	assert_int_equal(a[0].place, 1);
	assert_int_equal(a[1].place, 2);
	assert_int_equal(a[3].place, 3);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(look_err(a[i].look, &words), ERR_OK);
		assert_int_equal(
		    record_number(&look_plan(a[i].look)->fields, "bytes_total"),
		    8);
		look_release(a[i].look);
	}
	assert_true(gate.is_done);
	sem_destroy(&gate.opened);
	crew_close(c);
}

static void
who_asks_later_has_another_one(void **state)
{
	struct crew *c = crew_open(1);
	struct looks looks = looks_of(c);
	struct asker first, second;
	const char *words;

	(void)state;
	ask(&looks, true, &first);
	wait_for(c, &first);
	assert_int_equal(look_err(first.look, &words), ERR_NO_LOG);
	assert_non_null(strstr(words, c->log));
	crew_write(c, "w", "one\n");
	ask(&looks, true, &second);
	assert_ptr_not_equal(first.look, second.look);
	wait_for(c, &second);
	assert_int_equal(look_err(second.look, &words), ERR_OK);
	look_release(first.look);
	look_release(second.look);
	look_release(NULL);
	crew_close(c);
}

static void
a_full_pool_is_said_at_once(void **state)
{
	enum { PLACES = 1 + 64 }; /* of crew.h */
	static struct pool_job jobs[PLACES];
	struct crew *c = crew_open(1);
	struct looks looks = looks_of(c);
	struct asker a = { .looker = { .fn = on_look } };
	struct gate gate;
	size_t started = 0;

	(void)state;
	gate_shut(&gate, c);
	for (; started < PLACES; started++) {
		jobs[started] =
		    (struct pool_job){ .work = do_nothing, .done = do_nothing };
		if (pool_start(c->member[0].worker.parse_pool,
			&jobs[started]) != ERR_OK)
			break;
	}
	assert_true(started < PLACES);
	assert_int_equal(
	    look_join(&looks, true, false, &a.looker, &a.look), ERR_OVERLOAD);
	assert_null(a.look);
	sem_post(&gate.opened);
	crew_close(c);
	sem_destroy(&gate.opened);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_before_it_begins_shares_it),
		cmocka_unit_test(who_asks_later_has_another_one),
		cmocka_unit_test(a_full_pool_is_said_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
