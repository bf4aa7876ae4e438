/* libcurl at run time. */
#include "common/geo/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/* The interface that curl/curl.h describes; never another one under this name. */
#define FILE_NAME "libcurl.so.4"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct curl_library library;
static bool is_loaded;

static bool
find(void *file, const char *name, void *out)
{
	void *function = dlsym(file, name);

	memcpy(out, &function, sizeof(function));
	return function != NULL;
}

/* It is never closed: other libraries may have kept what belongs to it. */
static void
load(void)
{
	void *file = dlopen(FILE_NAME, RTLD_NOW | RTLD_LOCAL);

	if (!file)
		return;
	is_loaded = true;
#define FIND(name) \
	is_loaded = is_loaded && find(file, "curl_" #name, &library.name);
	CURL_FUNCTIONS(FIND)
#undef FIND
}

enum err
curl_library_load(const struct curl_library **out, struct problem *why)
{
	(void)pthread_once(&once, load);
	if (!is_loaded)
		return problem_set(
		    why, ERR_NO_COUNTRIES, FILE_NAME ": cannot be loaded");
	*out = &library;
	return ERR_OK;
}
