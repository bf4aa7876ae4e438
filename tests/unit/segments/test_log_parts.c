/* Columns are received while others are used. */
#include "worker/store/segments/log_parts.h"

#include "support/bulk_redis.h"

#include <stdio.h>
#include <string.h>

struct taken {
	char text[64];
	int calls;
	int wrong_at; /* call that returns ERR_CORRUPT */
};

/* Adds the ranges of a list to the text. */
static enum err
take(const struct log_parts *list, void *arg)
{
	struct taken *t = arg;

	for (size_t i = 0; i < list->len; i++) {
		const struct log_part *p = &list->parts[i];

		for (size_t k = 0; k < p->part.ranges_len; k++) {
			assert_int_equal((uintptr_t)p->bytes[k].data % 8, 0);
			strncat(t->text, p->bytes[k].data, p->bytes[k].len);
			strcat(t->text, " ");
		}
	}
	strcat(t->text, ";");
	return ++t->calls == t->wrong_at ? ERR_CORRUPT : ERR_OK;
}

static void
parts_of_strings_are_read_list_by_list(void **state)
{
	struct bulk_redis *t = *state;
	struct log_part parts[] = {
		{ .id = span_text("1-s"),
		    .part = { .ranges = { { 2, 3 }, { 8, 2 } },
			.ranges_len = 2 } },
		{ .id = span_text("1-empty") },
		{ .id = span_text("1-t"),
		    .part = { .ranges = { { 1, 2 } }, .ranges_len = 1 } },
		{ .id = span_text("1-s"),
		    .part = { .ranges = { { 0, 10 } }, .ranges_len = 1 } },
	};
	struct log_parts lists[] = { { parts, 2 }, { NULL, 0 },
		{ parts + 2, 1 }, { parts + 3, 1 } };
	struct taken taken = { .calls = 0 };

	redis_process_ask(&t->server, "SET segment:1-s 0123456789");
	redis_process_ask(&t->server, "SET segment:1-t abc");
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 4, take, &taken), ERR_OK);
	assert_string_equal(taken.text, "234 89 ;;bc ;0123456789 ;");
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 0, take, &taken), ERR_OK);
	/* Whoever wants no more gets no more, and the next one all. */
	for (int at = 1; at <= 4; at++) {
		taken = (struct taken){ .wrong_at = at };
		assert_int_equal(
		    log_parts_read(t->bulk, lists, 4, take, &taken),
		    ERR_CORRUPT);
		assert_int_equal(taken.calls, at);
	}
	taken = (struct taken){ .calls = 0 };
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 4, take, &taken), ERR_OK);
	assert_string_equal(taken.text, "234 89 ;;bc ;0123456789 ;");

	/* Shorter than its header said, and gone. */
	redis_process_ask(&t->server, "SET segment:1-t ab");
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 4, take, &taken), ERR_CORRUPT);
	redis_process_ask(&t->server, "DEL segment:1-t");
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 4, take, &taken), ERR_STALE);
	redis_process_ask(&t->server, "SADD segment:1-t a");
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 4, take, &taken), ERR_STALE);
	redis_process_kill(&t->server);
	assert_int_equal(
	    log_parts_read(t->bulk, lists, 4, take, &taken), ERR_STALE);
}

/* Lists whose only range begins where their number says. */
struct order {
	size_t next, len;
};

static enum err
take_in_order(const struct log_parts *list, void *arg)
{
	struct order *o = arg;

	assert_int_equal(list->parts[0].part.ranges[0].from, o->next++);
	assert_int_equal(list->parts[0].bytes[0].len, o->len);
	assert_int_equal(list->parts[0].bytes[0].data[o->len - 1], 0);
	return ERR_OK;
}

/* Far more than a socket or the buffers hold. */
static void
many_long_lists_come_in_order(void **state)
{
	enum { LISTS = 40, LEN = 300000 };
	struct bulk_redis *t = *state;
	struct log_part parts[LISTS];
	struct log_parts lists[LISTS];
	struct order order = { .len = LEN };

	redis_process_ask(&t->server, "SETRANGE segment:1-s 400000 x");
	for (size_t i = 0; i < LISTS; i++) {
		parts[i] = (struct log_part){ .id = span_text("1-s"),
			.part = { .ranges = { { i, LEN } }, .ranges_len = 1 } };
		lists[i] = (struct log_parts){ &parts[i], 1 };
	}
	assert_int_equal(
	    log_parts_read(t->bulk, lists, LISTS, take_in_order, &order),
	    ERR_OK);
	assert_int_equal(order.next, LISTS);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_of_strings_are_read_list_by_list),
		TEST(many_long_lists_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
