/* libcurl at run time: what is loaded is what its header describes. */
#include "common/geo/curl_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
its_functions_work(void **state)
{
	const struct curl_library *curl = NULL, *again = NULL;
	struct problem why = { "" };
	char *url = NULL;
	CURL *easy;

	(void)state;
	assert_int_equal(curl_library_load(&curl, &why), ERR_OK);
	assert_int_equal(curl_library_load(&again, &why), ERR_OK);
	assert_ptr_equal(curl, again);
	easy = curl->easy_init();
	assert_non_null(easy);
	assert_int_equal(
	    curl->easy_setopt(easy, CURLOPT_URL, "http://127.0.0.1:1/"),
	    CURLE_OK);
	assert_int_equal(
	    curl->easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url), CURLE_OK);
	assert_string_equal(url, "http://127.0.0.1:1/");
	assert_string_equal(curl->easy_strerror(CURLE_OK), "No error");
	curl->easy_cleanup(easy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_functions_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
