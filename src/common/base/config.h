#ifndef TRAWL_COMMON_BASE_CONFIG_H
#define TRAWL_COMMON_BASE_CONFIG_H

#include "common/base/cidr.h"
#include "common/base/err.h"
#include "common/base/redis_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The settings: read once, by the master, from the environment and from `.env`
 * (the environment wins), checked as a whole, const ever after. One row of
 * SETTING_LIST a setting:
 *
 *	X(name, kind, default, minimum, maximum, "what it is, for --help")
 *
 * The row is the field of `struct config`, the variable's name, its check, its
 * line in `trawl --help` and in the README (tests/unit/base/test_config.c
 * holds the README against it). Kinds: text (const char *; minimum and maximum
 * of its bytes, an empty default means "unset"), hidden (a text that no message
 * shows), flag (bool), number (int64_t). Both bounds are inclusive. */
#define SETTING_LIST(X)     \
	SERVICE_SETTINGS(X) \
	TUNING_SETTINGS(X)

#define SERVICE_SETTINGS(X)                                                   \
	X(host, text, "127.0.0.1", 1, 255,                                    \
	    "address to listen on: IPv4, IPv6, name")                         \
	X(port, number, "8000", 0, 65535, "TCP port; 0 picks a free one")     \
	X(workers, number, "0", 0, 256, "worker processes; 0 is one per CPU") \
	X(debug, flag, "false", 0, 1, "debug-level log")                      \
	X(secret, hidden, "", 16, 1024,                                       \
	    "key of session digests; else made once")                         \
	X(ipinfo_token, hidden, "", 0, 255,                                   \
	    "IPinfo API token: countries from there")                         \
	X(ipinfo_url, text, "https://ipinfo.io", 1, 2048,                     \
	    "base address of that API")                                       \
	X(geoip_database, text, "", 0, 4095,                                  \
	    "MMDB file; else the range tables")                               \
	X(logs_file_name, text, "logs.txt", 1, 65536,                         \
	    "the log: files with commas, or a glob")                          \
	X(data_dir, text, "var", 1, 4095, "home of the private Redis")        \
	X(redis_url, hidden, "", 0, 4095,                                     \
	    "redis://... or unix://...; else private")                        \
	X(session_ttl, number, "86400", 1, 31536000,                          \
	    "seconds that a token is good for")                               \
	X(registration, text, "open", 0, 64,                                  \
	    "open or closed: who makes users")                                \
	X(trusted_proxies, text, "", 0, 65536,                                \
	    "CIDRs whose X-Forwarded-For is believed")                        \
	X(follow, flag, "false", 0, 1, "keep reports up to date by itself")

#define TUNING_SETTINGS(X)                                                    \
	X(body_limit, number, "65536", 1024, 16777216,                        \
	    "bytes of a request body")                                        \
	X(header_limit, number, "16384", 1024, 1048576,                       \
	    "bytes of a header block")                                        \
	X(header_count_limit, number, "100", 8, 1000, "headers of a request") \
	X(target_limit, number, "73728", 256, 1048576,                        \
	    "bytes of a request target")                                      \
	X(connection_limit, number, "20000", 1, 1000000,                      \
	    "connections of a worker")                                        \
	X(address_limit, number, "16384", 1, 1000000,                         \
	    "of them, from one IPv4 or IPv6 /64")                             \
	X(request_limit, number, "1024", 1, 1000000,                          \
	    "requests under way in a worker")                                 \
	X(head_timeout_ms, number, "10000", 10, 600000,                       \
	    "for a header block to arrive")                                   \
	X(body_timeout_ms, number, "30000", 10, 600000,                       \
	    "for a body to arrive")                                           \
	X(idle_timeout_ms, number, "75000", 10, 3600000,                      \
	    "between two requests")                                           \
	X(send_timeout_ms, number, "30000", 10, 600000,                       \
	    "for a client to take its answer")                                \
	X(least_rate, number, "500", 0, 1000000000,                           \
	    "bytes a second of a body or an answer")                          \
	X(least_rate_ms, number, "10000", 10, 600000,                         \
	    "over which least_rate is counted")                               \
	X(drain_timeout_ms, number, "10000", 0, 600000,                       \
	    "for running requests at shutdown")                               \
	X(redis_timeout_ms, number, "900", 10, 60000,                         \
	    "for a Redis command of a request")                               \
	X(redis_queue_limit, number, "10000", 1, 1000000,                     \
	    "commands waiting in a worker")                                   \
	X(local_copies, number, "16777216", 0, 1073741824,                    \
	    "bytes of local session copies; 0: none")                         \
	X(report_copies, number, "67108864", 0, 17179869184,                  \
	    "bytes of ready reports in a worker")                             \
	X(segment_copies, number, "33554432", 0, 17179869184,                 \
	    "bytes of what reports read in a worker")                         \
	X(password_passes, number, "2", 1, 100, "passes of argon2id")         \
	X(password_memory, number, "19922944", 8192, 4294967296,              \
	    "bytes of memory of argon2id")                                    \
	X(login_tries, number, "10", 1, 1000000,                              \
	    "wrong passwords before a log-in waits")                          \
	X(login_delay_max_s, number, "900", 1, 3600,                          \
	    "seconds that it waits at most")                                  \
	X(hash_slots, number, "0", 0, 256,                                    \
	    "hashes at once on a host; 0: its CPUs")                          \
	X(hash_queue_limit, number, "64", 1, 100000,                          \
	    "passwords waiting in a worker")                                  \
	X(hash_timeout_ms, number, "10000", 1, 3600000,                       \
	    "that a password waits to be hashed")                             \
	X(chunk_size, number, "33554432", 1, 1073741824,                      \
	    "bytes of log in one task")                                       \
	X(task_timeout_ms, number, "5000", 100, 3600000,                      \
	    "silence after which a task is retaken")                          \
	X(parse_wait_ms, number, "300000", 0, 86400000,                       \
	    "for a parse, before /parse answers 202")                         \
	X(job_keep_s, number, "86400", 1, 31536000,                           \
	    "seconds that ended jobs are remembered")                         \
	X(event_heartbeat_ms, number, "15000", 10, 600000,                    \
	    "between two signs of life of events")                            \
	X(ipinfo_ttl, number, "2592000", 60, 31536000,                        \
	    "seconds that an answer is remembered")                           \
	X(ipinfo_timeout_ms, number, "5000", 10, 600000,                      \
	    "for a batch of 1000 addresses")                                  \
	X(ipinfo_requests, number, "4", 1, 64, "batches at once in a worker") \
	X(ipinfo_retry_s, number, "60", 1, 86400,                             \
	    "local tables after it has failed")

typedef const char *setting_text;
typedef const char *setting_hidden;
typedef bool setting_flag;
typedef int64_t setting_number;

struct config {
#define X(name, kind, fallback, minimum, maximum, help) setting_##kind name;
	SETTING_LIST(X)
#undef X
	struct cidr *proxies; /* trusted_proxies, read */
	size_t proxies_len;
	struct config_text *texts; /* owner of every text above */
};

/* Reads and checks everything.
 *
 * env_file  path of the `.env`; a missing one is no error
 * environment  NAME=value texts, NULL behind the last; copied
 * out       filled on ERR_OK; config_cleanup gives it back
 * why       on ERR_INVALID a line for each malformed setting: the variable, the
 *           value and what is accepted
 * Process: master, before anything is started. */
enum err config_read(struct config *out, const char *env_file,
    char *const *environment, struct problem *why);

/* For tests: every setting at its default. */
enum err config_defaults(struct config *out);

void config_cleanup(struct config *c);

/* The settings of --help: a line each, within 80 columns. */
void config_help(FILE *out);

/* What redis_url says; the socket of the private Redis in data_dir when it is
 * unset. */
enum err config_redis_address(
    const struct config *c, struct redis_address *out, struct problem *why);

#endif
