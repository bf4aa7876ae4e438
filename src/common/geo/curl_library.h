#ifndef TRAWL_COMMON_GEO_CURL_LIBRARY_H
#define TRAWL_COMMON_GEO_CURL_LIBRARY_H

#include "common/base/err.h"

#include <curl/curl.h>

/* libcurl, loaded when it is asked for: it brings two dozen other libraries along,
 * which is half of the start of a program that rarely needs any of them. */
#define CURL_FUNCTIONS(X)      \
	X(easy_init)           \
	X(easy_setopt)         \
	X(easy_getinfo)        \
	X(easy_strerror)       \
	X(easy_cleanup)        \
	X(multi_init)          \
	X(multi_add_handle)    \
	X(multi_remove_handle) \
	X(multi_perform)       \
	X(multi_poll)          \
	X(multi_info_read)     \
	X(multi_cleanup)       \
	X(slist_append)        \
	X(slist_free_all)

/* Each function under its name without "curl_". */
struct curl_library {
#define POINTER(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(POINTER)
#undef POINTER
};

/* The functions, for as long as the process lives. ERR_NO_COUNTRIES when the library
 * is not there. Any thread. */
enum err curl_library_load(
    const struct curl_library **out, struct problem *why);

#endif
