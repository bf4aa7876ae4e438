/* Countries by IPinfo, in whole parses of workers in this process. */
#include "worker/ingest/countries.h"

#include "support/crew.h"
#include "support/http_stub.h"

/* Three addresses, one of them in two chunks, one reserved. */
static const char visits[] =
    "a | 2018-08-01 00:00:00 [A] INFO: 8.8.8.8 https://h/x/\n"
    "a | 2018-08-01 00:00:01 [A] INFO: 10.0.0.1 https://h/x/\n"
    "a | 2018-08-01 00:00:02 [A] INFO: 8.8.8.8 https://h/x/\n"
    "a | 2018-08-01 00:00:03 [A] INFO: 2a02:6b8::1 https://h/x/\n";

struct fixture {
	struct crew *crew;
	struct http_stub ipinfo;
};

static char *
say_sweden(const char *request, const void *arg)
{
	(void)arg;
	return http_stub_say_country(request, "SE");
}

static char *
refuse(const char *request, const void *arg)
{
	(void)request;
	(void)arg;
	return http_stub_say("429 Too Many Requests", "");
}

static struct fixture *
fixture_open(char *(*answer)(const char *, const void *))
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->ipinfo.answer = answer;
	http_stub_open(&f->ipinfo);
	f->crew = crew_open(2);
	f->crew->config.ipinfo_token = "sesame";
	f->crew->config.ipinfo_url = f->ipinfo.url;
	crew_write(f->crew, "w", visits);
	return f;
}

static void
fixture_close(struct fixture *f)
{
	crew_close(f->crew);
	http_stub_close(&f->ipinfo);
	free(f);
}

static const char *
ask(struct fixture *f, const char *what)
{
	return redis_process_ask(&f->crew->server, what);
}

static void
an_address_is_asked_for_once_and_remembered(void **state)
{
	struct fixture *f = fixture_open(say_sweden);
	char source[64];

	(void)state;
	f->crew->config.chunk_size = 60;
	assert_int_equal(crew_parse(f->crew, 0).err, ERR_OK);
	assert_string_equal(ask(f, "GET {countries}:8.8.8.8"), "SE");
	assert_string_equal(ask(f, "GET {countries}:2a02:6b8::1"), "SE");
	assert_string_equal(ask(f, "EXISTS {countries}:10.0.0.1"), "0");
	assert_int_equal(f->ipinfo.requests, 2); /* one a task that asks */
	snprintf(
	    source, sizeof(source), "%s", ask(f, "HGET {logs}:manifest geo"));
	assert_int_equal(strncmp(source, "ipinfo ", 7), 0);
	assert_int_equal(crew_parse(f->crew, 1).err, ERR_OK);
	assert_int_equal(f->ipinfo.requests, 2);
	fixture_close(f);
}

static void
what_another_task_asks_for_is_waited_for_and_then_asked(void **state)
{
	static const char claim[] =
	    "asked by job " FIRST_JOB_TEXT " map 9 entry 1-1 delivery 1";
	struct fixture *f = fixture_open(say_sweden);

	(void)state;
	redis_process_ask(&f->crew->server, "SET {countries}:8.8.8.8 %b PX 300",
	    claim, sizeof(claim) - 1);
	assert_int_equal(crew_parse(f->crew, 0).err, ERR_OK);
	assert_string_equal(ask(f, "GET {countries}:8.8.8.8"), "SE");
	assert_int_equal(f->ipinfo.requests, 2);
	fixture_close(f);
}

static void
what_a_task_asked_for_when_it_was_taken_over_is_asked_at_once(void **state)
{
	static const char claim[] =
	    "asked by job " FIRST_JOB_TEXT " whole 0 entry 1-1 delivery 1";
	struct fixture *f = fixture_open(say_sweden);

	(void)state;
	redis_process_ask(&f->crew->server,
	    "SET {countries}:8.8.8.8 %b EX 3600", claim, sizeof(claim) - 1);
	assert_int_equal(crew_parse(f->crew, 0).err, ERR_OK);
	assert_string_equal(ask(f, "GET {countries}:8.8.8.8"), "SE");
	assert_int_equal(f->ipinfo.requests, 1);
	fixture_close(f);
}

static void
a_failure_takes_all_countries_from_the_local_tables(void **state)
{
	struct fixture *f = fixture_open(refuse);

	(void)state;
	assert_int_equal(crew_parse(f->crew, 0).err, ERR_OK);
	assert_string_equal(ask(f, "HGET {logs}:manifest geo"),
	    "none (IPinfo: HTTP status 429)");
	assert_string_equal(ask(f, "HGET {logs}:checkpoint geo"), "none");
	assert_string_equal(ask(f, "EXISTS {countries}:8.8.8.8"), "0");
	/* And nobody asks again at once. */
	assert_int_equal(crew_parse(f->crew, 1).err, ERR_OK);
	assert_int_equal(f->ipinfo.requests, 1);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_asked_for_once_and_remembered),
		cmocka_unit_test(
		    what_another_task_asks_for_is_waited_for_and_then_asked),
		cmocka_unit_test(
		    what_a_task_asked_for_when_it_was_taken_over_is_asked_at_once),
		cmocka_unit_test(
		    a_failure_takes_all_countries_from_the_local_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
