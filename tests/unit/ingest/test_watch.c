#include "worker/ingest/watch.h"

#include "common/base/clock.h"
#include "support/crew.h"

/* Somebody who watches, and what was seen. */
struct guest {
	struct watch watch;
	struct watches *all;
	int looks;
	enum err err;
	long long revision; /* of the last record; -1: an empty one */
	int stops_at;       /* this look; 0: never */
	bool comes_again;   /* after having stopped */
};

static void
on_look(enum err e, const struct record *record, void *arg)
{
	struct guest *g = arg;

	g->looks++;
	g->err = e;
	if (record)
		g->revision = record->len == 0 ? -1
					       : (long long)record_number(
						     record, "revision");
	if (g->looks != g->stops_at)
		return;
	watch_stop(&g->watch);
	if (g->comes_again)
		assert_int_equal(
		    watch_start(g->all, &g->watch, 7, on_look, g), ERR_OK);
}

/* Of a crew, whose redis it shares. */
struct post {
	struct crew *crew;
	struct watches *all;
};

static void
post_open(struct post *p)
{
	p->crew = crew_open(1);
	p->all = ingest_watches(p->crew->member[0].worker.ingest);
	redis_process_ask(&p->crew->server, "HSET {logs}:job:7 revision 1");
}

static void
begin(struct post *p, struct guest *g, int64_t job)
{
	g->all = p->all;
	assert_int_equal(
	    watch_start(p->all, &g->watch, job, on_look, g), ERR_OK);
	assert_int_equal(g->looks, 0);
}

static void
wait_for_looks(struct post *p, const struct guest *g, int looks)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;

	while (g->looks < looks && clock_ms() < deadline)
		crew_turn(p->crew);
	assert_true(g->looks >= looks);
}

static int
reads(struct post *p)
{
	const char *info =
	    redis_process_ask(&p->crew->server, "INFO commandstats");
	const char *at = strstr(info, "cmdstat_hgetall:calls=");

	return at ? atoi(strchr(at, '=') + 1) : 0;
}

static void
a_job_is_seen_at_once_and_again(void **state)
{
	struct post p;
	struct guest g = { 0 };

	(void)state;
	post_open(&p);
	begin(&p, &g, 7);
	wait_for_looks(&p, &g, 1);
	assert_int_equal(g.revision, 1);
	redis_process_ask(&p.crew->server, "HSET {logs}:job:7 revision 2");
	wait_for_looks(&p, &g, 2);
	assert_int_equal(g.revision, 2);
	watch_stop(&g.watch);
	watch_stop(&g.watch);
	crew_close(p.crew);
}

static void
a_job_that_is_not_there_is_an_empty_record(void **state)
{
	struct post p;
	struct guest g = { 0 };

	(void)state;
	post_open(&p);
	begin(&p, &g, 8);
	wait_for_looks(&p, &g, 1);
	assert_int_equal(g.err, ERR_OK);
	assert_int_equal(g.revision, -1);
	watch_stop(&g.watch);
	crew_close(p.crew);
}

static void
many_who_watch_one_job_share_its_reads(void **state)
{
	enum { MANY = 50, LOOKS = 4 };
	struct post p;
	struct guest many[MANY] = { 0 };
	int before;

	(void)state;
	post_open(&p);
	for (size_t i = 0; i < MANY; i++)
		begin(&p, &many[i], 7);
	wait_for_looks(&p, &many[0], 1);
	before = reads(&p);
	wait_for_looks(&p, &many[0], 1 + LOOKS);
	assert_in_range(reads(&p) - before, LOOKS - 1, LOOKS + 2);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(many[i].looks >= LOOKS);
		watch_stop(&many[i].watch);
	}
	crew_close(p.crew);
}

static void
who_is_told_may_stop_and_come_again(void **state)
{
	struct post p;
	struct guest leaves = { .stops_at = 1 };
	struct guest returns = { .stops_at = 1, .comes_again = true };
	struct guest stays = { 0 };

	(void)state;
	post_open(&p);
	begin(&p, &leaves, 7);
	begin(&p, &returns, 7);
	begin(&p, &stays, 7);
	wait_for_looks(&p, &stays, 4);
	assert_int_equal(leaves.looks, 1);
	assert_in_range(returns.looks, 3, 5);
	watch_stop(&returns.watch);
	watch_stop(&stays.watch);
	crew_close(p.crew);
}

static void
while_redis_is_away_there_is_no_record(void **state)
{
	struct post p;
	struct guest g = { 0 };

	(void)state;
	post_open(&p);
	begin(&p, &g, 7);
	wait_for_looks(&p, &g, 1);
	redis_process_kill(&p.crew->server);
	g.revision = 5;
	wait_for_looks(&p, &g, g.looks + 1);
	assert_int_equal(g.err, ERR_STORE_DOWN);
	assert_int_equal(g.revision, 5);
	redis_process_start(&p.crew->server);
	while (g.err != ERR_OK)
		wait_for_looks(&p, &g, g.looks + 1);
	assert_int_equal(g.revision, -1);
	watch_stop(&g.watch);
	crew_close(p.crew);
}

static void
who_watches_to_the_end_hears_of_it(void **state)
{
	struct post p;
	struct guest g = { 0 };

	(void)state;
	post_open(&p);
	begin(&p, &g, 7);
	wait_for_looks(&p, &g, 1);
	crew_close(p.crew);
	assert_int_equal(g.err, ERR_DRAINING);
	assert_null(g.watch.at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_seen_at_once_and_again),
		cmocka_unit_test(a_job_that_is_not_there_is_an_empty_record),
		cmocka_unit_test(many_who_watch_one_job_share_its_reads),
		cmocka_unit_test(who_is_told_may_stop_and_come_again),
		cmocka_unit_test(while_redis_is_away_there_is_no_record),
		cmocka_unit_test(who_watches_to_the_end_hears_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
