#ifndef TRAWL_WORKER_STORE_SEGMENTS_COLUMN_FIND_H
#define TRAWL_WORKER_STORE_SEGMENTS_COLUMN_FIND_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/table/hash_table.h"
#include "worker/store/redis/bulk.h"

#include <stddef.h>
#include <stdint.h>

/* Looking keys up in sorted columns of segments where they lie: a growth of the
 * log asks for a few hundred rows of columns as long as the log's history, so
 * they are found by halving, all of them in step, and only blocks of rows are
 * fetched. What lies there is little-endian. Pool threads. */
struct sorted_column {
	struct span id; /* of the segment */
	uint64_t offset;
	uint32_t rows;
	/* Bytes of a row, 4 or 8: a key's low half; 16: both, the high one
	 * first. */
	unsigned width;
};

enum { COLUMN_NO_ROW = UINT32_MAX };

struct column_probe {
	uint32_t column; /* index into the columns */
	struct hash_key key;
	uint32_t row;       /* found, or COLUMN_NO_ROW */
	uint32_t low, high; /* column_find's own */
	size_t command;
};

/* probes  by column, then key, both ascending
 * ERR_CORRUPT when a column is shorter than it says, or as bulk_run(). */
enum err column_find(struct bulk *b, const struct sorted_column *columns,
    struct column_probe *probes, size_t len)
    __attribute__((warn_unused_result));

/* Four bytes of a segment. */
struct column_cell {
	struct span id;
	uint64_t offset;
	uint32_t value; /* read */
};

/* Reads them. ERR_CORRUPT when a segment ends before one, or as
 * bulk_run(). */
enum err column_cells(struct bulk *b, struct column_cell *cells, size_t len)
    __attribute__((warn_unused_result));

#endif
