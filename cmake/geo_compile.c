/* geo_compile IPV4 IPV6 OUT: the build's tool that makes geo.tables. */
#include "common/geo/ranges_compile.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
	struct problem why = { "" };
	enum err e;

	if (argc != 4) {
		fprintf(stderr, "usage: geo_compile IPV4 IPV6 OUT\n");
		return 2;
	}
	e = ranges_compile(argv[1], argv[2], argv[3], &why);
	if (e) {
		fprintf(stderr, "geo_compile: %s\n",
		    why.text[0] ? why.text : err_text(e));
		return 1;
	}
	return 0;
}
