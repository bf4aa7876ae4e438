/* Visits many at a time count what their events count one by one, whichever kind
 * of address most of them have and however their paths are written. */
#include "common/shoplog/scan/scan.h"
#include "common/shoplog/scan/visit.h"
#include "common/shoplog/tally/paths.h"

#include "unit/shoplog/stream.h"

#include <stdio.h>

enum { LINES = 4000, LINE_ROOM = 160, VISITORS = 60, MANY_VISITORS = 750 };

/* Returns its bytes. */
static size_t
write_rest(char *out, uint64_t *seed)
{
	static const char *const rests[] = { "/", "/caviar/", "/caviar/red/",
		"/fish/", "/a/b/c" };
	size_t kind = random_below(seed, 8), id = random_below(seed, 9);
	/* What is about a cart then does not look like it. */
	const char *slash = random_below(seed, 4) == 0 ? "/" : "";

	if (kind == 0)
		return (size_t)sprintf(out,
		    "%s/cart?goods_id=%zu&amount=1&cart_id=%zu", slash, id,
		    id / 2);
	if (kind == 1)
		return (size_t)sprintf(out, "%s/pay?user_id=%zu&cart_id=%zu",
		    slash, random_below(seed, 9), id);
	if (kind == 2)
		return (size_t)sprintf(out, "%s/success_pay_%zu/", slash, id);
	return (size_t)sprintf(out, "%s%s", slash, rests[kind - 3]);
}

static size_t
write_line(char *out, uint64_t *seed, size_t visitors, size_t ipv6_percent)
{
	size_t visitor = random_below(seed, visitors), len;

	len = (size_t)sprintf(out, "web | 2018-08-%02zu %02zu:00:00 [A] INFO: ",
	    1 + random_below(seed, 50) / 49, random_below(seed, 24));
	if (random_below(seed, 100) < ipv6_percent)
		len += (size_t)sprintf(out + len,
		    "2a0%zx:0:%zx:: https://s.com", visitor % 3, visitor / 3);
	else
		len += (size_t)sprintf(out + len, "1.0.%zu.%zu https://s.com",
		    visitor % 3, visitor / 3);
	return len + write_rest(out + len, seed);
}

static void
count_both_ways(const struct geo *geo, size_t visitors)
{
	static char log[LINES * LINE_ROOM + PATH_PADDING];
	static struct visit visits[LINES];
	/* Batches of one kind behind others, and of both. */
	static const size_t percents[] = { 0, 100, 100, 5, 95, 50, 0, 0, 100 };
	struct tally *want = tally_new(geo), *got = tally_new(geo);
	uint64_t seed = 7;

	assert_non_null(want);
	assert_non_null(got);
	for (size_t i = 0; i < LINES; i++) {
		size_t percent = percents[i / SCAN_LINES % 9];
		char *line = log + i * LINE_ROOM;
		struct span text =
		    span_of(line, write_line(line, &seed, visitors, percent));
		struct span field[VISIT_FIELDS];
		struct event event;

		assert_true(event_parse(text, &event));
		assert_int_equal(tally_add(want, &event), ERR_OK);
		assert_true(visit_read(text, &visits[i], field));
	}
	for (size_t i = 0; i < LINES; i += SCAN_LINES) {
		size_t len = LINES - i < SCAN_LINES ? LINES - i : SCAN_LINES;

		assert_int_equal(
		    tally_add_visits(got, &visits[i], len), ERR_OK);
	}
	assert_int_equal(tally_end_visits(got), ERR_OK);
	assert_same_tally(want, got);
	tally_free(want);
	tally_free(got);
}

static void
visits_count_what_their_events_count(void **state)
{
	count_both_ways(*state, VISITORS);
}

/* Also in more countries than there are numbers of one byte. */
static void
visits_from_any_number_of_countries_are_counted(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char *ranges = NULL;
	size_t size;
	FILE *out = open_memstream(&ranges, &size);
	struct geo *geo;

	(void)state;
	assert_non_null(out);
	for (unsigned i = 0; i < 1000; i++)
		fprintf(out, "%u,%u,%c%c\n", 16777216 + i, 16777216 + i,
		    digits[i / 36], digits[i % 36]);
	assert_int_equal(fclose(out), 0);
	geo = geo_of(ranges, SMALL_GEO_IPV6);
	free(ranges);
	count_both_ways(geo, MANY_VISITORS);
	geo_close(geo);
}

static int
open_geo(void **state)
{
	*state = small_geo();
	return 0;
}

static int
close_geo(void **state)
{
	geo_close(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(visits_count_what_their_events_count),
		cmocka_unit_test(
		    visits_from_any_number_of_countries_are_counted),
	};

	return cmocka_run_group_tests(tests, open_geo, close_geo);
}
