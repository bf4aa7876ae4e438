#ifndef TRAWL_TESTS_FUZZ_FUZZ_H
#define TRAWL_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What each fuzz_<noun>.c defines: tries one input and aborts when it finds
 * what must not be. libFuzzer's name, called by it or by replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
