#include "worker/ingest/ingest.h"

#include "support/crew.h"

static const char log_text[] =
    "shop_api | 2018-08-01 00:01:35 [A] INFO: 121.165.118.201 https://s.com/\n"
    "shop_api | 2018-08-01 00:01:40 [B] INFO: 121.165.118.201 "
    "https://s.com/fresh_fish/salmon/\n"
    "shop_api | 2018-08-01 00:01:46 [C] INFO: 121.165.118.201 "
    "https://s.com/cart?goods_id=4&amount=1&cart_id=7\n"
    "this is no line\n"
    "shop_api | 2018-08-02 03:01:46 [D] INFO: 121.165.118.201 "
    "https://s.com/pay?user_id=81&cart_id=7\n"
    "shop_api | 2018-08-02 03:01:49 [E] INFO: 121.165.118.201 "
    "https://s.com/success_pay_7/\n"
    "shop_api | 2018-08-03 12:01:46 [F] INFO: 9.9.9.9 "
    "https://s.com/frozen_fish/\n"
    "shop_api | 2018-08-03 12:02:46 [G] INFO: 9.9.9.9 "
    "https://s.com/frozen_fish/pike\n"
    "shop_api | 2018-08-03 12:03:46 [H] INFO: 9.9.9.9 "
    "https://s.com/cart?goods_id=9&amount=2&cart_id=8";

/* What Redis says to HGETALL of each segment that `{logs}:manifest` names under
 * the day, and of the manifest's counts: the reports in short. */
static void
describe(struct crew *c, char *out, size_t size)
{
	static const char *const counts[] = { "lines", "bytes", "malformed",
		"malformed_at", "other", "first", "last" };
	static const char *const days[] = { "day:2018-08-01", "day:2018-08-02",
		"day:2018-08-03" };
	char id[64];

	out[0] = '\0';
	for (size_t i = 0; i < 7; i++)
		strncat(out,
		    redis_process_ask(
			&c->server, "HGET {logs}:manifest %s", counts[i]),
		    size - strlen(out) - 1);
	for (size_t i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "%s",
		    redis_process_ask(
			&c->server, "HGET {logs}:manifest %s", days[i]));
		strncat(out,
		    redis_process_ask(&c->server, "HGETALL segment:%s", id),
		    size - strlen(out) - 1);
	}
}

static void
a_small_log_is_one_task(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", log_text);
	e = crew_parse(c, 0);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.lines, 9);
	assert_string_equal(e.mode, "full");
	assert_string_equal(
	    redis_process_ask(&c->server, "HKEYS {logs}:job:1:tasks"),
	    "whole 0");
	assert_string_equal(
	    redis_process_ask(&c->server, "HGET {logs}:manifest malformed"),
	    "1");
	assert_string_equal(
	    redis_process_ask(&c->server, "EXISTS {logs}:running"), "0");
	crew_close(c);
}

static void
any_split_over_any_workers_gives_the_same(void **state)
{
	static const int64_t sizes[] = { 1, 7, 60, 100, 333 };
	char whole[4096], split[4096];
	struct crew *c = crew_open(3);

	(void)state;
	crew_write(c, "w", log_text);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	describe(c, whole, sizeof(whole));
	assert_non_null(strstr(whole, "begun=1 paid=1"));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		c->config.chunk_size = sizes[i];
		struct ended e = crew_parse(c, i % 3);

		assert_string_equal(e.words, "");
		assert_int_equal(e.err, ERR_OK);
		describe(c, split, sizeof(split));
		assert_string_equal(split, whole);
	}
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_log_is_one_task),
		cmocka_unit_test(any_split_over_any_workers_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
