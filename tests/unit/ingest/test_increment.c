/* A log that grows, parsed again and again, against the same log parsed whole:
 * everything that both leave in Redis is the same. */
#include "support/crew.h"
#include "support/generation_text.h"

enum { ROUNDS = 12, LINES_MOST = 40 };

struct growing {
	struct crew *grown, *whole;
	unsigned random;
	unsigned months, days; /* of each month */
};

static unsigned
next_random(struct growing *g)
{
	g->random = g->random * 1103515245 + 12345;
	return g->random >> 16;
}

/* Few visitors, carts, goods and days, so that everything meets everything. */
static void
write_line(struct growing *g, FILE *f, bool is_whole)
{
	unsigned what = next_random(g) % 8, day = 1 + next_random(g) % g->days;
	unsigned month = 8 + next_random(g) % g->months;
	unsigned goods = next_random(g) % 4, cart = next_random(g) % 40;
	unsigned ip = next_random(g) % 12;

	if (what == 0 && next_random(g) % 4 == 0) {
		fprintf(f, "this is no line%s", is_whole ? "\n" : "");
		return;
	}
	fprintf(f, "s | 2018-%02u-%02u %02u:00:00 [A] INFO: ", month, day,
	    next_random(g) % 24);
	if (ip < 4)
		fprintf(f, "2600::%x", ip);
	else
		fprintf(f, "9.9.9.%u", ip);
	fprintf(f, " https://s.com/");
	if (what < 2)
		fprintf(f, "c%u/g%u/", goods % 3, goods);
	else if (what == 2)
		fprintf(f, "new%u/", next_random(g) % 60);
	else if (what < 6)
		fprintf(f, "cart?goods_id=%u&amount=1&cart_id=%u", goods, cart);
	else if (what == 6)
		fprintf(f, "pay?user_id=%u&cart_id=%u", cart % 5, cart);
	else
		fprintf(f, "success_pay_%u/", cart);
	if (is_whole)
		fprintf(f, "\n");
}

static void
grow(struct growing *g, bool has_tail)
{
	FILE *f = fopen(g->grown->log, "a");
	unsigned lines = next_random(g) % LINES_MOST;

	assert_non_null(f);
	for (unsigned i = 0; i < lines; i++)
		write_line(g, f, true);
	if (has_tail)
		write_line(g, f, false);
	assert_int_equal(fclose(f), 0);
}

static struct ended
parse_new(struct crew *c, size_t member)
{
	struct ended e;

	crew_ask_for(c, member, false, CREW_PATIENCE_MS, &e);
	crew_wait(c, &e);
	assert_string_equal(e.words, "");
	assert_int_equal(e.err, ERR_OK);
	return e;
}

static void
assert_same(struct growing *g)
{
	char *grown = generation_text(&g->grown->server.address);
	char *whole = generation_text(&g->whole->server.address);

	assert_string_equal(grown, whole);
	free(grown);
	free(whole);
}

static void
growing_open(struct growing *g, unsigned seed)
{
	*g = (struct growing){ crew_open(2), crew_open(1), seed, 1, 3 };
	g->whole->config.logs_file_name = g->grown->log;
}

static void
growing_close(struct growing *g)
{
	crew_close(g->grown);
	crew_close(g->whole);
}

/* days  0: all lines are of few days; others: of each of three months */
static void
run(unsigned seed, int64_t chunk_size, unsigned days)
{
	struct growing g;
	char before[64] = "", now[64];

	growing_open(&g, seed);
	if (days > 0) {
		g.months = 3;
		g.days = days;
	}
	g.grown->config.chunk_size = chunk_size;
	crew_write(g.grown, "w", "");
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t lines = i;

		grow(&g, next_random(&g) % 3 == 0);
		crew_write(g.grown, "a", i % 4 == 3 ? "\n" : "");
		lines = parse_new(g.grown, i % 2).lines;
		assert_int_equal(crew_parse(g.whole, 0).lines, lines);
		assert_same(&g);
		snprintf(now, sizeof(now), "%s",
		    redis_process_ask(
			&g.grown->server, "HGET {logs}:manifest generation"));
		if (i > 0 && strcmp(now, before) != 0)
			assert_string_equal(redis_process_ask(&g.grown->server,
						"HGET {logs}:manifest mode"),
			    "incremental");
		memcpy(before, now, sizeof(now));
	}
	growing_close(&g);
}

static void
growth_in_one_task_is_as_if_parsed_whole(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++)
		run(seed, 1 << 20, 0);
}

static void
growth_in_many_chunks_is_as_if_parsed_whole(void **state)
{
	(void)state;
	run(5, 700, 0);
	run(6, 90, 0);
}

static void
months_that_end_and_late_lines_are_as_if_parsed_whole(void **state)
{
	(void)state;
	run(7, 1 << 20, 9);
	run(8, 1 << 20, 28);
	run(9, 700, 12);
}

enum { LONG_CARTS = 20000, LONG_STEP = 3 };

/* Many blocks of rows in each shard, of which the growth asks for one here and
 * one there, then for many that follow each other; and for carts that are not
 * there, before, between and behind the others. */
static void
carts_of_a_long_history_are_as_if_parsed_whole(void **state)
{
	struct growing g;
	FILE *f;

	(void)state;
	growing_open(&g, 1);
	f = fopen(g.grown->log, "w");
	assert_non_null(f);
	for (unsigned i = 1; i <= LONG_CARTS; i++)
		fprintf(f,
		    "s | 2018-08-0%u 10:00:00 [A] INFO: 9.9.9.9 "
		    "https://s.com/%s%u%s\n",
		    1 + i % 3,
		    i % 5 ? "pay?user_id=1&cart_id=" : "success_pay_",
		    LONG_STEP * i, i % 5 ? "" : "/");
	assert_int_equal(fclose(f), 0);
	parse_new(g.grown, 0);
	f = fopen(g.grown->log, "a");
	assert_non_null(f);
	for (unsigned id = 0; id < LONG_STEP * LONG_CARTS + 1000;
	     id += id < LONG_CARTS       ? 997
		   : id < 2 * LONG_CARTS ? 1
					 : 37)
		fprintf(f,
		    "s | 2018-08-05 10:00:00 [A] INFO: 9.9.9.9 "
		    "https://s.com/success_pay_%u/\n",
		    id);
	assert_int_equal(fclose(f), 0);
	parse_new(g.grown, 0);
	parse_new(g.whole, 0);
	assert_same(&g);
	growing_close(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growth_in_one_task_is_as_if_parsed_whole),
		cmocka_unit_test(growth_in_many_chunks_is_as_if_parsed_whole),
		cmocka_unit_test(
		    months_that_end_and_late_lines_are_as_if_parsed_whole),
		cmocka_unit_test(
		    carts_of_a_long_history_are_as_if_parsed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
