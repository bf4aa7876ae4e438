/* hash_alone SECONDS: how many passwords the CPUs can hash a second when they
 * do nothing else, at the default cost, and how many that were; a process a CPU,
 * each of which counts to the end of its last one. The measure that bench/accounts
 * holds log-ins against. */
#include "common/base/config.h"
#include "common/base/password.h"
#include "common/base/shared.h"
#include "common/base/token.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct total {
	_Atomic uint64_t hashes;
	_Atomic uint64_t per_million_s;
};

static void
hash_until(const struct config *c, int64_t end_ms, struct total *total)
{
	struct password_cost cost = { (uint64_t)c->password_passes,
		(uint64_t)c->password_memory };
	char out[PASSWORD_HASH_SIZE];
	int64_t begin_ms = clock_ms();
	uint64_t n = 0;

	for (; clock_ms() < end_ms; n++)
		if (password_hash(&cost, span_text("a password"), out) !=
		    ERR_OK)
			exit(1);
	total->hashes += n;
	total->per_million_s +=
	    n * 1000000000 / (uint64_t)(clock_ms() - begin_ms);
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 5;
	int64_t end_ms = clock_ms() + (int64_t)(seconds * 1000);
	struct total *total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct config config;
	cpu_set_t cpus;

	if (total == MAP_FAILED || token_init() != 0 ||
	    config_defaults(&config) != ERR_OK ||
	    sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	for (int i = 0; i < CPU_COUNT(&cpus); i++) {
		if (fork() == 0) {
			hash_until(&config, end_ms, total);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	printf("%.3f %" PRIu64 "\n", (double)total->per_million_s / 1e6,
	    total->hashes);
	config_cleanup(&config);
	return 0;
}
