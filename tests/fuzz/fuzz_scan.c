/* Any bytes as lines: every way of scanning says of each line what visit_read
 * says. */
#include "fuzz.h"

#include "scan_agrees.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!scan_agrees(scan_plain, data, size))
		abort();
#if defined(__x86_64__)
	if (scan_has_avx2() && !scan_agrees(scan_avx2, data, size))
		abort();
#endif
	return 0;
}
