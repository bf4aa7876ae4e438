#include "worker/ingest/merge.h"

#include "support/crew.h"

#define LINE(time, ip, url) \
	"web | 2018-08-0" time " [A] INFO: " ip " https://s.com/" url

/* Votes and carts across borders, and a tail that is a vote. */
static const char log_text[] = LINE("1 10:00:00", "9.9.9.9", "a/x\n")
    LINE("1 10:00:00", "8.8.8.8", "b/y\n")
	LINE("1 10:00:01", "9.9.9.9", "cart?goods_id=4&amount=1&cart_id=7\n")
	    LINE("1 10:00:02", "9.9.9.9", "a/z\n") LINE(
		"2 10:00:01", "8.8.8.8", "cart?goods_id=5&amount=1&cart_id=7\n")
		LINE("2 10:00:02", "8.8.8.8", "pay?user_id=1&cart_id=7\n")
		    LINE("3 10:00:02", "8.8.8.8", "success_pay_7\n")
			LINE("3 10:00:02", "9.9.9.9",
			    "cart?goods_id=6&amount=1&cart_id=9");

/* The digest of all strings that the manifest and checkpoint name, by field:
 * ids differ from job to job, bytes must not. */
static const char digest[] =
    "local out = {} "
    "for _, key in ipairs({'{logs}:manifest', '{logs}:checkpoint'}) do "
    " local fields = redis.call('HGETALL', key) "
    " local names, ids = {}, {} "
    " for i = 1, #fields, 2 do "
    "  names[#names + 1] = fields[i] ids[fields[i]] = fields[i + 1] end "
    " table.sort(names) "
    " for _, name in ipairs(names) do "
    "  if name:find('^carts:') or name:find('^addresses:') or "
    "     name == 'votes' then "
    "   for id in ids[name]:gmatch('%S+') do "
    "    out[#out + 1] = name .. redis.call('GET', 'segment:' .. id) "
    "   end end end end "
    "return redis.sha1hex(table.concat(out))";

static void
merged_partials_give_the_bytes_of_one_pass(void **state)
{
	struct crew *c = crew_open(2);
	char whole[64];

	(void)state;
	crew_write(c, "w", log_text);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	snprintf(whole, sizeof(whole), "%s",
	    redis_process_ask(&c->server, "EVAL %s 0", digest));
	assert_int_equal(strlen(whole), 40);
	for (int64_t size = 20; size < 500; size += 97) {
		c->config.chunk_size = size;
		assert_int_equal(crew_parse(c, 1).err, ERR_OK);
		assert_string_equal(
		    redis_process_ask(&c->server, "EVAL %s 0", digest), whole);
	}
	crew_close(c);
}

static void
a_job_leaves_no_partials_behind(void **state)
{
	struct crew *c = crew_open(1);

	(void)state;
	crew_write(c, "w", log_text);
	c->config.chunk_size = 100;
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	assert_string_equal(
	    redis_process_ask(&c->server, "KEYS " FIRST_JOB_KEY ":*"),
	    FIRST_JOB_KEY ":tasks");
	assert_string_equal(
	    redis_process_ask(&c->server, "XLEN {logs}:tasks"), "0");
	assert_string_equal(
	    redis_process_ask(&c->server, "ZCARD {logs}:garbage"), "0");
	crew_close(c);
}

static void
a_lost_partial_fails_the_job_with_its_reason(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", log_text);
	c->config.chunk_size = 100;
	crew_ask(c, 0, &e);
	while (strcmp(redis_process_ask(
			  &c->server, "EXISTS " FIRST_JOB_KEY ":partial:3"),
		   "1") != 0 &&
	       !e.is_over)
		crew_turn(c);
	redis_process_ask(
	    &c->server, "SET " FIRST_JOB_KEY ":partial:3 something");
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_CORRUPT);
	assert_string_equal(
	    redis_process_ask(&c->server, "EXISTS {logs}:manifest"), "0");
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merged_partials_give_the_bytes_of_one_pass),
		cmocka_unit_test(a_job_leaves_no_partials_behind),
		cmocka_unit_test(a_lost_partial_fails_the_job_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
