/* Any bytes as a line: event_parse and the reference's reader see the same. */
#include "fuzz.h"

#include "common/shoplog/scan/event.h"
#include "reference/line.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = span_of(data, size);
	struct reference_line want;
	struct arena arena;
	struct event got;
	bool ok;

	arena_init(&arena);
	ok = event_parse(line, &got);
	if (ok != reference_line_read(&arena, line, &want) ||
	    (ok && !reference_line_is(&want, &got)))
		abort();
	arena_reset(&arena);
	return 0;
}
