/* The IPinfo API, held against a server of this process. */
#include "common/geo/ipinfo.h"

#include "common/geo/country.h"
#include "support/http_stub.h"

enum { MANY = 2 * IPINFO_BATCH + 1 };

/* Public addresses, each another. */
static struct address *
addresses(void)
{
	struct address *all = calloc(MANY, sizeof(*all));

	for (uint32_t i = 0; i < MANY; i++)
		all[i] = (struct address){ { [10] = 0xff,
		    0xff,
		    8,
		    (uint8_t)(i >> 16),
		    (uint8_t)(i >> 8),
		    (uint8_t)i } };
	return all;
}

static char *
say_nothing(const char *request, const void *arg)
{
	(void)request;
	(void)arg;
	return NULL;
}

static enum err
ask(struct http_stub *s, size_t len, uint16_t *countries, struct problem *why)
{
	const struct ipinfo api = { s->url, "sesame",
		s->answer == say_nothing ? 100 : 10000, 2 };
	struct address *all = addresses();
	enum err e;

	*why = (struct problem){ "" };
	http_stub_open(s);
	e = ipinfo_ask(&api, all, len, countries, NULL, why);
	http_stub_close(s);
	free(all);
	return e;
}

static char *
say_sweden(const char *request, const void *arg)
{
	(void)arg;
	if (strncmp(request, "POST /batch HTTP/1.1\r\n", 22) != 0 ||
	    !strstr(request, "\r\nAuthorization: Bearer sesame\r\n") ||
	    !strstr(request, "\r\nContent-Type: application/json\r\n"))
		return http_stub_say("400 Bad Request", "");
	return http_stub_say_country(request, "SE");
}

static void
thousand_addresses_make_a_request(void **state)
{
	struct http_stub s = { .answer = say_sweden };
	uint16_t countries[MANY] = { 0 };
	struct problem why;

	(void)state;
	if (ask(&s, MANY, countries, &why))
		fail_msg("%s", why.text);
	assert_int_equal(s.requests, 3);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(
		    countries[i], country_from_code(span_text("SE")));
}

/* What `arg` says, whatever is asked. */
static char *
say(const char *request, const void *arg)
{
	(void)request;
	return strdup(arg);
}

static void
whatever_goes_wrong_is_said(void **state)
{
	char *big = calloc(1, 3 << 20);
	const struct {
		struct http_stub stub;
		const char *words;
	} cases[] = {
		{ { .answer = say_nothing }, "no answer within 100 ms" },
		{ { .answer = say,
		      .arg = "HTTP/1.1 429 Too Many Requests\r\n"
			     "Content-Length: 0\r\n\r\n" },
		    "HTTP status 429" },
		{ { .answer = say,
		      .arg = "HTTP/1.1 302 Found\r\nLocation: /x\r\n"
			     "Content-Length: 0\r\n\r\n" },
		    "HTTP status 302" },
		{ { .answer = say,
		      .arg = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{" },
		    NULL },
		{ { .answer = say,
		      .arg = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" },
		    "its answer leaves out 8.0.0.0" },
		{ { .answer = say, .arg = "" }, NULL },
		{ { .answer = say, .arg = NULL }, NULL },
	};
	size_t head;

	(void)state;
	head = (size_t)sprintf(big, "HTTP/1.1 200 OK\r\n\r\n");
	memset(big + head, ' ', (3 << 20) - 1 - head);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_stub s = cases[i].stub;
		uint16_t countries[MANY];
		struct problem why;

		if (s.answer == say && !s.arg)
			s.arg = big;
		assert_int_equal(ask(&s, 1, countries, &why), ERR_NO_COUNTRIES);
		if (cases[i].words)
			assert_string_equal(why.text, cases[i].words);
		assert_true(strlen(why.text) > 0);
		assert_null(strstr(why.text, "sesame"));
	}
	free(big);
}

static void
nobody_there_is_said(void **state)
{
	struct address ip = { { 0x20, 1 } };
	const struct ipinfo api = { "http://127.0.0.1:1", "x", 2000, 2 };
	struct problem why = { "" };
	uint16_t country;

	(void)state;
	assert_int_equal(
	    ipinfo_ask(&api, &ip, 1, &country, NULL, &why), ERR_NO_COUNTRIES);
	assert_true(strlen(why.text) > 0);
}

static void
who_is_told_to_stop_does(void **state)
{
	struct http_stub s = { .answer = say_nothing };
	struct address ip = { { 0x20, 1 } };
	struct ipinfo api = { s.url, "x", 600000, 2 };
	_Atomic int stop = 1;
	struct problem why;
	uint16_t country;

	(void)state;
	http_stub_open(&s);
	assert_int_equal(
	    ipinfo_ask(&api, &ip, 1, &country, &stop, &why), ERR_STALE);
	http_stub_close(&s);
}

static void
another_api_is_another_source(void **state)
{
	char one[IPINFO_SOURCE_SIZE], two[IPINFO_SOURCE_SIZE];

	(void)state;
	ipinfo_source("https://ipinfo.io", one);
	ipinfo_source("https://ipinfo.example", two);
	assert_int_equal(strncmp(one, "ipinfo ", 7), 0);
	assert_string_not_equal(one, two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousand_addresses_make_a_request),
		cmocka_unit_test(whatever_goes_wrong_is_said),
		cmocka_unit_test(nobody_there_is_said),
		cmocka_unit_test(who_is_told_to_stop_does),
		cmocka_unit_test(another_api_is_another_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
