/* hash_alone SECONDS PASSES BYTES: how many passwords the CPUs can hash a second
 * when they do nothing else, and how many that were; a process a CPU, each of which
 * counts to the end of its last one. The measure that bench/accounts holds log-ins
 * against: linked with libsodium as it comes and, as hash_alone_huge, with the
 * memory that trawl gives it. */
#include "common/base/huge.h"

#include <inttypes.h>
#include <sched.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct total {
	_Atomic uint64_t hashes;
	_Atomic uint64_t per_million_s;
};

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
hash_until(uint64_t end_us, uint64_t passes, size_t bytes, struct total *total)
{
	static const char password[] = "a password";
	char out[crypto_pwhash_STRBYTES];
	uint64_t begin_us = now_us(), n = 0;

	huge_keep(); /* of no effect on libsodium as it comes */
	for (; now_us() < end_us; n++)
		if (crypto_pwhash_str(
			out, password, sizeof(password), passes, bytes) != 0)
			_exit(1);
	total->hashes += n;
	total->per_million_s += n * 1000000000000 / (now_us() - begin_us);
}

int
main(int argc, char **argv)
{
	struct total *total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cpu_set_t cpus;

	if (argc != 4) {
		fputs("hash_alone SECONDS PASSES BYTES\n", stderr);
		return 2;
	}
	if (total == MAP_FAILED || sodium_init() < 0 ||
	    sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	uint64_t end_us = now_us() + (uint64_t)(atof(argv[1]) * 1e6);
	for (int i = 0; i < CPU_COUNT(&cpus); i++) {
		if (fork() == 0) {
			hash_until(end_us, strtoul(argv[2], NULL, 10),
			    strtoul(argv[3], NULL, 10), total);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	printf("%.3f %" PRIu64 "\n", (double)total->per_million_s / 1e6,
	    total->hashes);
	return 0;
}
