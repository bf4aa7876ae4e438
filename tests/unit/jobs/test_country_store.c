#include "worker/store/jobs/country_store.h"

#include "common/geo/country.h"
#include "support/bulk_redis.h"

enum { LEN = 3 };

static const struct address addresses[LEN] = {
	{ { [10] = 0xff, 0xff, 8, 8, 8, 8 } },
	{ { [10] = 0xff, 0xff, 9, 9, 9, 9 } },
	{ { 0x2a, 2, 6, 0xb8, [15] = 1 } },
};

static void
what_is_kept_is_known_and_expires(void **state)
{
	struct bulk_redis *t = *state;
	const uint16_t said[LEN] = { country_from_code(span_text("US")),
		COUNTRY_UNKNOWN, country_from_code(span_text("RU")) };
	uint16_t known[LEN];

	assert_int_equal(country_fetch(t->bulk, addresses, LEN, known), ERR_OK);
	for (size_t i = 0; i < LEN; i++)
		assert_int_equal(known[i], COUNTRY_OPEN);
	assert_int_equal(
	    country_keep(t->bulk, addresses, LEN, said, 100), ERR_OK);
	assert_int_equal(country_fetch(t->bulk, addresses, LEN, known), ERR_OK);
	assert_memory_equal(known, said, sizeof(said));
	assert_string_equal(
	    redis_process_ask(&t->server, "GET {countries}:2a02:6b8::1"), "RU");
	assert_string_equal(
	    redis_process_ask(&t->server, "GET {countries}:9.9.9.9"), "??");
	assert_string_equal(
	    redis_process_ask(&t->server, "TTL {countries}:8.8.8.8"), "100");
}

static void
one_asker_gets_a_claim_and_gets_it_again(void **state)
{
	struct bulk_redis *t = *state;
	const uint16_t us = country_from_code(span_text("US"));
	uint16_t said[LEN];

	assert_int_equal(
	    country_keep(t->bulk, &addresses[1], 1, &us, 100), ERR_OK);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(
		    country_claim(t->bulk, addresses, LEN,
			&(struct country_asker){
			    .who = "job 7 map 1 entry 1-1 delivery 1",
			    .claim_s = 50 },
			said),
		    ERR_OK);
		assert_int_equal(said[0], COUNTRY_OURS);
		assert_int_equal(said[1], us);
		assert_int_equal(said[2], COUNTRY_OURS);
	}
	assert_int_equal(
	    country_claim(t->bulk, addresses, LEN,
		&(struct country_asker){
		    .who = "job 7 map 2 entry 1-2 delivery 1", .claim_s = 50 },
		said),
	    ERR_OK);
	assert_int_equal(said[0], COUNTRY_OPEN);
	assert_int_equal(said[1], us);
	assert_string_equal(
	    redis_process_ask(&t->server, "TTL {countries}:8.8.8.8"), "50");
}

static uint16_t
claim_beside(struct bulk_redis *t, const char *who, const char *silent)
{
	const struct country_asker asker = { who, 50, span_text(silent) };
	uint16_t said;

	assert_int_equal(
	    country_claim(t->bulk, addresses, 1, &asker, &said), ERR_OK);
	return said;
}

static uint16_t
claim_one(struct bulk_redis *t, const char *who)
{
	return claim_beside(t, who, "");
}

static void
a_claim_of_a_silent_task_is_nobodys(void **state)
{
	static const char *const silent[] = { " 1-11 ", " 1-10 11-1 ",
		" 1-2 1-1 " };
	struct bulk_redis *t = *state;

	for (size_t i = 0; i < 3; i++) {
		claim_one(t, "job 7 map 1 entry 1-1 delivery 1");
		assert_int_equal(
		    claim_beside(
			t, "job 7 map 2 entry 1-2 delivery 1", silent[i]),
		    i < 2 ? COUNTRY_OPEN : COUNTRY_OURS);
	}
}

static void
a_claim_belongs_to_the_task_whoever_has_it(void **state)
{
	struct bulk_redis *t = *state;

	assert_int_equal(
	    claim_one(t, "job 7 map 1 entry 1-1 delivery 1"), COUNTRY_OURS);
	assert_int_equal(
	    claim_one(t, "job 7 map 1 entry 1-1 delivery 2"), COUNTRY_OURS);
	assert_int_equal(
	    claim_one(t, "job 7 map 11 entry 1-11 delivery 1"), COUNTRY_OPEN);
}

static void
a_claim_of_an_earlier_job_is_nobodys(void **state)
{
	struct bulk_redis *t = *state;

	assert_int_equal(
	    claim_one(t, "job 9 map 1 entry 1-1 delivery 1"), COUNTRY_OURS);
	assert_int_equal(
	    claim_one(t, "job 10 whole 0 entry 1-0 delivery 1"), COUNTRY_OURS);
	/* Who is late takes nothing from the one that runs. */
	assert_int_equal(
	    claim_one(t, "job 9 map 1 entry 1-1 delivery 1"), COUNTRY_OPEN);
}

static void
a_claim_that_is_given_back_is_anybodys(void **state)
{
	struct bulk_redis *t = *state;
	const uint16_t us = country_from_code(span_text("US"));
	uint16_t said[LEN];

	assert_int_equal(
	    claim_one(t, "job 7 map 1 entry 1-1 delivery 1"), COUNTRY_OURS);
	assert_int_equal(
	    country_keep(t->bulk, &addresses[1], 1, &us, 100), ERR_OK);
	assert_int_equal(country_release(t->bulk, addresses, LEN,
			     "job 7 map 1 entry 1-1 delivery 1"),
	    ERR_OK);
	assert_int_equal(country_fetch(t->bulk, addresses, LEN, said), ERR_OK);
	assert_int_equal(said[1], us);
	assert_int_equal(
	    claim_one(t, "job 7 map 2 entry 1-2 delivery 1"), COUNTRY_OURS);
}

static void
a_claim_is_not_given_back_when_another_has_the_task(void **state)
{
	struct bulk_redis *t = *state;

	claim_one(t, "job 7 map 1 entry 1-1 delivery 1");
	claim_one(t, "job 7 map 1 entry 1-1 delivery 2");
	assert_int_equal(country_release(t->bulk, addresses, LEN,
			     "job 7 map 1 entry 1-1 delivery 1"),
	    ERR_OK);
	assert_int_equal(
	    claim_one(t, "job 7 map 2 entry 1-2 delivery 1"), COUNTRY_OPEN);
}

static void
what_is_no_code_and_no_claim_is_asked_for(void **state)
{
	struct bulk_redis *t = *state;
	const uint16_t us = country_from_code(span_text("US"));
	uint16_t said;

	redis_process_ask(&t->server, "SET {countries}:8.8.8.8 Sweden");
	assert_int_equal(country_fetch(t->bulk, addresses, 1, &said), ERR_OK);
	assert_int_equal(said, COUNTRY_OPEN);
	assert_int_equal(
	    country_claim(t->bulk, addresses, 1,
		&(struct country_asker){
		    .who = "job 7 map 1 entry 1-1 delivery 1", .claim_s = 50 },
		&said),
	    ERR_OK);
	assert_int_equal(said, COUNTRY_OURS);
	assert_int_equal(country_keep(t->bulk, addresses, 1, &us, 100), ERR_OK);
	assert_int_equal(country_fetch(t->bulk, addresses, 1, &said), ERR_OK);
	assert_int_equal(said, us);
}

static void
after_a_failure_nobody_asks_for_a_while(void **state)
{
	struct bulk_redis *t = *state;
	uint16_t said[LEN];
	struct span why;

	assert_int_equal(country_away(t->bulk, &t->arena, &why), ERR_OK);
	assert_int_equal(why.len, 0);
	assert_int_equal(
	    country_claim(t->bulk, addresses, LEN,
		&(struct country_asker){
		    .who = "job 7 map 1 entry 1-1 delivery 1", .claim_s = 50 },
		said),
	    ERR_OK);
	assert_int_equal(country_give_up(t->bulk, addresses, LEN,
			     "IPinfo: HTTP status 429", 60),
	    ERR_OK);
	assert_int_equal(country_away(t->bulk, &t->arena, &why), ERR_OK);
	assert_true(span_is_equal(why, span_text("IPinfo: HTTP status 429")));
	assert_string_equal(
	    redis_process_ask(&t->server, "TTL {countries}:away"), "60");
	assert_string_equal(
	    redis_process_ask(&t->server, "EXISTS {countries}:8.8.8.8"), "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_is_kept_is_known_and_expires, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    one_asker_gets_a_claim_and_gets_it_again, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    a_claim_belongs_to_the_task_whoever_has_it, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    a_claim_of_a_silent_task_is_nobodys, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    a_claim_of_an_earlier_job_is_nobodys, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    a_claim_that_is_given_back_is_anybodys, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    a_claim_is_not_given_back_when_another_has_the_task,
		    bulk_redis_open, bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    what_is_no_code_and_no_claim_is_asked_for, bulk_redis_open,
		    bulk_redis_close),
		cmocka_unit_test_setup_teardown(
		    after_a_failure_nobody_asks_for_a_while, bulk_redis_open,
		    bulk_redis_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
