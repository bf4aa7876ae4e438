#ifndef TRAWL_TESTS_SHARED_GEO_H
#define TRAWL_TESTS_SHARED_GEO_H

#include "unit/shoplog/stream.h"

/* small_geo() for all tests of a program, opened and closed around them. */
static struct geo *geo;

static int
open_geo(void **state)
{
	(void)state;
	geo = small_geo();
	return 0;
}

static int
close_geo(void **state)
{
	(void)state;
	geo_close(geo);
	return 0;
}

#endif
