/* The seven answers: on random logs, over random periods, those of the slow
 * reference, which reads the same log as text. */
#include "common/shoplog/answer/answer.h"

#include "common/shoplog/answer/day.h"
#include "common/shoplog/answer/question.h"
#include "common/shoplog/tally/tally_columns.h"
#include "reference/reference.h"
#include "unit/shoplog/shared_geo.h"

/* What a reader finds in Redis after a parse. */
struct generation {
	struct arena arena;
	struct columns shards[SHARDS];
	struct catalogue *catalogue;
	struct day_segment *days;
	size_t days_len;
};

static void
generation_open(struct generation *g, const struct tally *t)
{
	struct day_carts *carts = NULL;
	size_t carts_len = 0;

	arena_init(&g->arena);
	for (unsigned i = 0; i < SHARDS; i++) {
		assert_false(tally_columns(t, i, &g->shards[i]));
		assert_false(day_carts_of(&g->shards[i], &carts, &carts_len));
	}
	assert_false(catalogue_of_tally(t, &g->catalogue));
	assert_false(day_segments(
	    t, carts, carts_len, &g->arena, &g->days, &g->days_len));
	free(carts);
}

static void
generation_close(struct generation *g)
{
	for (unsigned i = 0; i < SHARDS; i++)
		columns_cleanup(&g->shards[i]);
	catalogue_free(g->catalogue);
	arena_reset(&g->arena);
}

/* The value of a field; the empty span where a day has none of that name. */
static struct span
value_of(const struct day_segment *day, const char *kind, struct span category)
{
	char name[64];

	snprintf(name, sizeof(name), category.len ? "%s %.*s" : "%s", kind,
	    (int)category.len, category.data);
	for (size_t i = 0; i < day->fields_len; i++)
		if (span_is_equal(day->fields[i].name, span_text(name)))
			return day->fields[i].value;
	return (struct span){ 0 };
}

/* Everything that the days of the period add up to for one report. */
struct sums {
	uint64_t countries[COUNTRIES], hours[24], begun, paid;
	struct day_hours days[STREAM_MAX];
	size_t days_len;
};

static void
add_day(struct sums *s, const struct day_segment *day, int report,
    struct span category)
{
	const struct span none = { 0 };
	struct span views = value_of(day, "views", category);

	if (report == 1)
		assert_false(day_add_countries(
		    value_of(day, "countries", none), s->countries));
	if (report == 2)
		assert_false(day_add_countries(
		    value_of(day, "goods", category), s->countries));
	if (report == 3 && views.len)
		assert_false(day_add_hours(views, s->hours));
	if (report == 4) {
		struct day_hours *hours = &s->days[s->days_len++];

		hours->day = day->day;
		assert_false(
		    day_add_hours(value_of(day, "hours", none), hours->hours));
	}
	if (report == 6)
		assert_false(day_add_carts(
		    value_of(day, "carts", none), &s->begun, &s->paid));
}

static enum err
ask_carts(struct generation *g, const struct question *q, struct answer *out)
{
	struct question_carts carts;
	enum err e = question_carts_init(&carts, q, g->catalogue);

	for (unsigned i = 0; !e && i < SHARDS; i++)
		e = question_carts_add(&carts, &g->shards[i]);
	if (!e)
		e = question_carts_end(&carts, 2);
	if (e == ERR_OK)
		e = question_carts_answer(&carts, q->period, &g->arena, out);
	question_carts_cleanup(&carts);
	return e;
}

static void
ask(struct generation *g, int report, struct period period, struct answer *out)
{
	struct span category = answer_default_category(report);
	struct arena *a = &g->arena;
	struct question q = { report, category, period };
	struct sums *s = calloc(1, sizeof(*s));
	enum err e = ERR_INTERNAL;

	assert_non_null(s);
	for (size_t i = 0; i < g->days_len; i++)
		if (g->days[i].day >= period.from &&
		    g->days[i].day <= period.to)
			add_day(s, &g->days[i], report, category);
	if (report == 1)
		e = answer_visitors(out, a, s->countries);
	if (report == 2)
		e = answer_interest(out, a, category, s->countries);
	if (report == 3)
		e = answer_time_of_day(out, a, category, s->hours);
	if (report == 4)
		e = answer_load(out, a, s->days, s->days_len);
	if (report == 6)
		e = answer_unpaid(out, a, s->begun, s->paid);
	if (report == 5 || report == 7)
		e = ask_carts(g, &q, out);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(out->report, report);
	free(s);
}

/* The line that the event would have been read from. */
static size_t
print_line(char *out, size_t size, const struct event *e)
{
	char ip[INET6_ADDRSTRLEN], day[CIVIL_DAY_TEXT], path[160];

	if (memcmp(e->address.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12))
		inet_ntop(AF_INET6, e->address.bytes, ip, sizeof(ip));
	else
		inet_ntop(AF_INET, e->address.bytes + 12, ip, sizeof(ip));
	civil_day_format(e->day, day);
	switch (e->kind) {
	case EVENT_HOME:
		strcpy(path, "/");
		break;
	case EVENT_CATEGORY:
		snprintf(path, sizeof(path), "/%.*s/", (int)e->category.len,
		    e->category.data);
		break;
	case EVENT_GOODS:
		snprintf(path, sizeof(path), "/%.*s/%.*s/",
		    (int)e->category.len, e->category.data, (int)e->goods.len,
		    e->goods.data);
		break;
	case EVENT_CART:
		snprintf(path, sizeof(path),
		    "/cart?goods_id=%" PRIu64 "&amount=1&cart_id=%" PRIu64,
		    e->goods_id, e->cart_id);
		break;
	case EVENT_PAY:
		snprintf(path, sizeof(path),
		    "/pay?user_id=%" PRIu64 "&cart_id=%" PRIu64, e->user_id,
		    e->cart_id);
		break;
	case EVENT_SUCCESS:
		snprintf(path, sizeof(path), "/success_pay_%" PRIu64 "/",
		    e->cart_id);
		break;
	case EVENT_OTHER:
		strcpy(path, "/a/b/c");
		break;
	}
	return (size_t)snprintf(out, size,
	    "shop | %s %02u:%02u:%02u [] INFO: %s https://shop%s\n", day,
	    e->second / 3600, e->second / 60 % 60, e->second % 60, ip, path);
}

static void
assert_same_rows(const struct answer_row *rows, size_t len,
    const struct reference_rows *expected)
{
	assert_int_equal(len, expected->len);
	for (size_t i = 0; i < len; i++) {
		const struct reference_row *row = &expected->row[i];

		assert_true(span_is_equal(rows[i].name, span_text(row->name)));
		assert_int_equal(rows[i].value, row->value);
		assert_string_equal(rows[i].code, row->code ? row->code : "");
	}
}

static void
assert_same_answer(
    const struct answer *a, const struct reference_report *expected)
{
	assert_same_rows(a->ranking, a->ranking_len, &expected->ranking);
	assert_same_rows(a->series, a->series_len, &expected->series);
	assert_int_equal(a->value, expected->value);
	assert_int_equal(a->unknown, expected->unknown);
	assert_memory_equal(a->hours, expected->hours, sizeof(a->hours));
	assert_int_equal(a->carts, expected->carts);
	assert_int_equal(a->buyers, expected->buyers);
	assert_true(span_is_equal(a->category, span_text(expected->category)));
	if (a->is_named)
		assert_int_equal(!expected->answer, a->ranking_len == 0);
	if (a->is_named && a->ranking_len)
		assert_true(span_is_equal(
		    a->ranking[0].name, span_text(expected->answer)));
}

static void
assert_like_reference(
    const struct stream *s, struct generation *g, struct period period)
{
	struct reference_query query = reference_query_default(geo);
	char from[CIVIL_DAY_TEXT], to[CIVIL_DAY_TEXT];
	char *text = calloc(s->len + 1, 320);
	struct arena a = { 0 };
	struct reference r;
	struct span file;
	size_t len = 0;

	assert_non_null(text);
	for (size_t i = 0; i < s->len; i++)
		len += print_line(text + len, 320, &s->events[i]);
	if (period.from != INT32_MIN) {
		civil_day_format(period.from, from);
		query.from = from;
	}
	if (period.to != INT32_MAX) {
		civil_day_format(period.to, to);
		query.to = to;
	}
	file = span_of(text, len);
	reference_read(&a, &file, 1, &query, &r);
	assert_int_equal(r.lines, s->len);
	assert_int_equal(r.malformed, 0);
	for (int report = 1; report <= REPORTS; report++) {
		struct answer answer;

		ask(g, report, period, &answer);
		assert_same_answer(&answer, &r.report[report]);
	}
	arena_reset(&a);
	free(text);
}

static struct period
random_period(uint64_t *seed)
{
	struct period p = PERIOD_ALL;
	int32_t first;

	assert_true(civil_day(2018, 8, 1, &first));
	if (random_below(seed, 3))
		p.from = first + (int32_t)random_below(seed, 10);
	if (random_below(seed, 3))
		p.to = (p.from == INT32_MIN ? first : p.from) +
		       (int32_t)random_below(seed, 10);
	return p;
}

static void
answers_over_all_and_over_any_period_are_those_of_the_reference(void **state)
{
	uint64_t seed = 51;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *t = tally_of(geo, s.events, s.len);
		struct generation g;

		generation_open(&g, t);
		assert_like_reference(&s, &g, PERIOD_ALL);
		for (int i = 0; i < 3; i++)
			assert_like_reference(&s, &g, random_period(&seed));
		generation_close(&g);
		tally_free(t);
	}
}

static void
ten_carts_come_before_two_in_byte_order(void **state)
{
	struct tally *t = tally_new(NULL);
	struct generation g;
	struct answer a;

	(void)state;
	for (uint64_t cart = 0; cart < 12; cart++) {
		struct event e = { .kind = EVENT_SUCCESS,
			.day = 1,
			.cart_id = cart,
			.address =
			    address_of(cart < 10 ? "1.0.0.7" : "2a00::1") };

		assert_int_equal(tally_add(t, &e), ERR_OK);
	}
	generation_open(&g, t);
	ask(&g, 7, PERIOD_ALL, &a);
	assert_int_equal(a.ranking_len, 2);
	assert_true(span_is_equal(a.ranking[0].name, span_text("10")));
	assert_true(span_is_equal(a.ranking[1].name, span_text("2")));
	assert_int_equal(a.value, 2);
	assert_int_equal(a.buyers, 2);
	generation_close(&g);
	tally_free(t);
}

static void
a_user_id_is_nobody_s_address(void **state)
{
	const struct event events[] = {
		{ .kind = EVENT_SUCCESS,
		    .cart_id = 1,
		    .address = address_of("0.0.0.7") },
		{ .kind = EVENT_PAY,
		    .cart_id = 2,
		    .user_id = 7,
		    .address = address_of("0.0.0.7") },
		{ .kind = EVENT_SUCCESS,
		    .cart_id = 2,
		    .address = address_of("0.0.0.7") },
	};
	struct tally *t = tally_of(NULL, events, 3);
	struct generation g;
	struct answer a;

	(void)state;
	generation_open(&g, t);
	ask(&g, 7, PERIOD_ALL, &a);
	assert_int_equal(a.value, 0);
	assert_int_equal(a.buyers, 2);
	generation_close(&g);
	tally_free(t);
}

static void
only_the_ten_busiest_hours_are_ranked_the_earliest_first(void **state)
{
	struct day_hours days[2] = { { .day = 736907 }, { .day = 736908 } };
	struct arena a = { 0 };
	struct answer out;

	(void)state;
	for (int i = 0; i < 24; i++)
		days[0].hours[i] = days[1].hours[i] = 5;
	days[1].hours[3] = 9;
	days[0].hours[0] = 0;
	assert_int_equal(answer_load(&out, &a, days, 2), ERR_OK);
	assert_int_equal(out.series_len, 47);
	assert_int_equal(out.ranking_len, BUSIEST_HOURS);
	assert_int_equal(out.value, 9);
	assert_false(out.is_named);
	assert_true(
	    span_is_equal(out.ranking[0].name, span_text("2018-08-03T03")));
	assert_true(
	    span_is_equal(out.ranking[1].name, span_text("2018-08-02T01")));
	assert_true(
	    span_is_equal(out.ranking[9].name, span_text("2018-08-02T09")));
	arena_reset(&a);
}

static void
unpaid_and_paid_are_there_even_when_there_are_none(void **state)
{
	struct arena a = { 0 };
	struct answer out;

	(void)state;
	assert_int_equal(answer_unpaid(&out, &a, 0, 0), ERR_OK);
	assert_int_equal(out.ranking_len, 2);
	assert_true(span_is_equal(out.ranking[0].name, span_text("paid")));
	assert_true(span_is_equal(out.ranking[1].name, span_text("unpaid")));
	assert_int_equal(out.value, 0);
	arena_reset(&a);
}

/* One cart with very many goods is read as fast as many carts with one. */
static void
a_cart_may_hold_a_hundred_thousand_goods(void **state)
{
	struct tally *t = tally_new(NULL);
	struct event page = { .kind = EVENT_GOODS,
		.category = span_text("semi_manufactures"),
		.goods = span_text("x") };
	struct event cart = { .kind = EVENT_CART };
	struct event paid = { .kind = EVENT_SUCCESS };
	struct generation g;
	struct answer a;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		page.category =
		    span_text(i % 2 ? "semi_manufactures" : "other");
		cart.goods_id = (uint64_t)i;
		assert_int_equal(tally_add(t, &page), ERR_OK);
		assert_int_equal(tally_add(t, &cart), ERR_OK);
	}
	assert_int_equal(tally_add(t, &paid), ERR_OK);
	generation_open(&g, t);
	ask(&g, 5, PERIOD_ALL, &a);
	assert_int_equal(a.carts, 1);
	assert_int_equal(a.ranking_len, 1);
	assert_int_equal(a.value, 1);
	generation_close(&g);
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    answers_over_all_and_over_any_period_are_those_of_the_reference),
		cmocka_unit_test(ten_carts_come_before_two_in_byte_order),
		cmocka_unit_test(a_user_id_is_nobody_s_address),
		cmocka_unit_test(
		    only_the_ten_busiest_hours_are_ranked_the_earliest_first),
		cmocka_unit_test(
		    unpaid_and_paid_are_there_even_when_there_are_none),
		cmocka_unit_test(a_cart_may_hold_a_hundred_thousand_goods),
	};

	return cmocka_run_group_tests(tests, open_geo, close_geo);
}
