#ifndef TRAWL_COMMON_SHOPLOG_TALLY_TALLY_H
#define TRAWL_COMMON_SHOPLOG_TALLY_TALLY_H

#include "common/base/err.h"
#include "common/geo/geo.h"
#include "common/shoplog/scan/event.h"
#include "common/shoplog/tally/tally_summary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of a stretch of the log: a monoid. An empty tally is its unit
 * and tally_append() its operation: the tally of two neighbouring stretches,
 * appended in order, is the tally of both, to the digit, wherever the border
 * lies. Everything is counts, but for what crosses a border: votes (an
 * add-to-cart whose visitor's previous line lies in the stretch before) and
 * carts (first named, first paid, last user).
 *
 * Carts, and in bytes addresses, lie in shards by a hash of their key, fixed for good, so
 * that a merge can run one shard at a time. Hash tables are keyed with a
 * secret of the process against chosen keys. One thread at a time. */
enum { SHARDS = 16 };

struct tally;

/* geo  borrowed until tally_free; NULL: every address is of no country
 * Returns NULL when memory is out. */
struct tally *tally_new(const struct geo *geo);
void tally_free(struct tally *t);

/* Adds what follows all that the tally holds. ERR_OK or ERR_NO_MEMORY; on an error t
 * may only be freed. */
enum err tally_add(struct tally *t, const struct event *e);

/* Adds many, in order: as if each were an event. scan.h makes them.
 *
 * len  SCAN_LINES at most
 * The spans are not kept; PATH_PADDING (paths.h) bytes from the first of `rest` on
 * can be read. On an error t may only be freed. */
enum err tally_add_visits(
    struct tally *t, const struct visit *visits, size_t len);

/* Ends the visits: tally_add_visits() keeps counts of the day apart, which are in
 * the tally only after this. */
enum err tally_end_visits(struct tally *t);

/* Adds a malformed line. */
void tally_add_malformed(struct tally *t, uint32_t file, uint64_t offset);

/* Adds bytes of the log to those that it has read. */
void tally_add_bytes(struct tally *t, uint64_t bytes);

/* left := left, then right. `right` is unchanged. On ERR_NO_MEMORY left is
 * lost and may only be freed. */
enum err tally_append(struct tally *left, const struct tally *right);

/* Categories by name, TALLY_WANTED_MAX at most; NULL: all that there are. */
enum { TALLY_WANTED_MAX = 4 };
struct tally_wanted {
	const struct span *categories; /* borrowed */
	size_t len;
};

/* parts[0] := what the reports ask of all parts, which are neighbours in order,
 * when nothing precedes or follows them: summary, votes, and counts of all
 * requests and of the categories that are wanted; of others it has no more than
 * some, since a log may have a million. Carts are not appended (tally_take_columns()
 * does that, a shard at a time), and what crosses borders is gone. On an error the
 * parts may only be freed. */
enum err tally_conclude(
    struct tally *const *parts, size_t len, const struct tally_wanted *wanted);

/* Whether a view names the category. */
bool tally_has_category(const struct tally *t, struct span category);

/* Lives as long as t. */
const struct tally_summary *tally_summary(const struct tally *t);

/* The summary of a stretch before t is put before its own: t goes on from a
 * checkpoint, whose counts come by other ways (day.h, votes.h, columns.h). */
void tally_precede(struct tally *t, const struct tally_summary *before);

#endif
