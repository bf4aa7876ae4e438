/* Opens, in the order in which each can refuse: settings, open files, data_dir,
 * secret, countries, port; closes in the opposite one. */
#include "master/serve.h"
#include "common/base/config.h"
#include "common/base/log.h"
#include "master/data_dir.h"
#include "master/listeners.h"
#include "master/open_files.h"
#include "master/private_redis.h"
#include "master/secret.h"
#include "master/supervise.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EXIT_FAILED = 1,
	EXIT_REFUSED = 2,
};

/* What a master has open. */
struct master {
	struct config config;
	struct data_dir dir;
	struct geo *geo;
	struct shared *shared;
	struct listeners listeners;
	struct worker_setup setup;
};

/* What a setting says, 0 meaning one per CPU that we may use. */
static int
count_or_cpus(int64_t setting)
{
	cpu_set_t cpus;
	int n = 1;

	if (setting)
		return (int)setting;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		n = CPU_COUNT(&cpus);
	return n < WORKERS_MAX ? n : WORKERS_MAX;
}

static enum err
open_geo(struct master *m, struct problem *why)
{
	struct problem found = { 0 };
	char path[PATH_MAX];
	enum err e;

	if (*m->config.geoip_database) {
		e = geo_open_mmdb(&m->geo, m->config.geoip_database, &found);
		if (e == ERR_OK)
			return e;
		return problem_set(why, e,
		    "geoip_database: %s: accepted is an MMDB file that tells "
		    "countries",
		    *found.text ? found.text : err_text(e));
	}
	e = geo_default_ranges_path(path, sizeof(path), why);
	if (e != ERR_OK)
		return e;
	return geo_open_ranges(&m->geo, path, why);
}

/* With redis_url there is nothing to keep in data_dir: not even made then. */
static bool
has_private_redis(const struct master *m)
{
	return !*m->config.redis_url;
}

static enum err
open_all(struct master *m, struct problem *why)
{
	int workers = count_or_cpus(m->config.workers);
	enum err e = open_files_raise(workers, why);

	if (e == ERR_OK && has_private_redis(m)) {
		e = data_dir_open(&m->dir, m->config.data_dir, why);
		if (e == ERR_OK)
			e = private_redis_configure(&m->dir, why);
	}
	if (e == ERR_OK)
		e = secret_load(&m->setup.key, &m->config, &m->dir, why);
	if (e == ERR_OK)
		e = config_redis_address(&m->config, &m->setup.redis, why);
	if (e == ERR_OK)
		e = open_geo(m, why);
	if (e == ERR_OK)
		e = listeners_open(&m->listeners, m->config.host,
		    (int)m->config.port, workers, why);
	if (e != ERR_OK)
		return e;
	m->shared = shared_new((uint32_t)workers);
	if (!m->shared)
		return ERR_NO_MEMORY;
	m->shared->hashing.len = (uint32_t)count_or_cpus(m->config.hash_slots);
	m->setup.config = &m->config;
	m->setup.geo = m->geo;
	m->setup.shared = m->shared;
	m->setup.listener_fds = m->listeners.fds;
	m->setup.listeners_len = workers;
	m->setup.handover_fds = m->listeners.handover_fds;
	return ERR_OK;
}

static void
close_all(struct master *m)
{
	shared_free(m->shared);
	listeners_close(&m->listeners);
	geo_close(m->geo);
	data_dir_close(&m->dir);
	config_cleanup(&m->config);
}

int
serve(void)
{
	struct master m = { .dir = { .fd = -1, .lock_fd = -1 } };
	struct problem why = { 0 };
	int status = EXIT_REFUSED;
	enum err e;

	log_init("master", false);
	if (token_init() != 0) {
		fputs("trawl: libsodium cannot be used here\n", stderr);
		return EXIT_FAILED;
	}
	umask(077);
	e = config_read(&m.config, ".env", environ, &why);
	if (e == ERR_OK) {
		log_init("master", m.config.debug);
		e = open_all(&m, &why);
	}
	if (e == ERR_OK)
		status = supervise(&m.setup, &m.listeners,
		    has_private_redis(&m) ? &m.dir : NULL);
	else
		fprintf(
		    stderr, "trawl: %s\n", *why.text ? why.text : err_text(e));
	close_all(&m);
	return status;
}
