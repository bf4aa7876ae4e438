/* Small logs of the shop, cut into chunks of every size from one byte up: put
 * together again, the tally is to the byte of its encoding that of one chunk.
 * That one chunk's answers are those of the reference is shown from outside
 * (tests/http/test_report_engine.py), on logs of the same shop. */
#include "common/shoplog/chunk.h"
#include "common/shoplog/tally/partial.h"
#include "unit/shoplog/log_files.h"

#include "bench/printer.h"
#include "bench/shop.h"

#include <string.h>

enum { PLANNED = 13, LINES = 7, MALFORMED = 80000 };

struct bytes {
	uint8_t *data;
	size_t len;
};

/* A tally in chunks of `size`, encoded. free(3) gives the bytes back. */
static struct bytes
encode(const struct source *s, uint64_t size)
{
	struct tally *all = tally_new(NULL);
	struct problem why = { "" };
	struct chunk *chunks;
	struct bytes out;
	size_t len;

	assert_non_null(all);
	assert_int_equal(chunk_split(s, size, &chunks, &len), ERR_OK);
	for (size_t i = 0; i < len; i++) {
		struct tally *t = tally_new(NULL);

		assert_non_null(t);
		if (chunk_tally(s, &chunks[i], t, NULL, NULL, NULL, &why))
			fail_msg("%s", why.text);
		assert_int_equal(tally_append(all, t), ERR_OK);
		tally_free(t);
	}
	free(chunks);
	assert_int_equal(partial_encode(all, &out.data, &out.len), ERR_OK);
	tally_free(all);
	return out;
}

/* The first lines of a shop with few visitors. With seed 1 one of them sees goods,
 * puts them into a cart, pays, and another comes; lines too long are left out:
 * the log would be only they. */
static void
write_log(uint64_t seed, bool is_wide)
{
	struct shop_plan plan = { .seed = seed,
		.lines = PLANNED,
		.days = 2,
		.addresses = 3,
		.carts = 4,
		.categories = 3 };
	struct shop *shop = shop_new(&plan);
	struct printer *p = printer_new(seed, MALFORMED, 30, is_wide);

	assert_non_null(shop);
	assert_non_null(p);
	for (int i = 0; i < LINES; i++) {
		struct request request;
		size_t before = p->len;

		shop_next(shop, &request);
		printer_line(p, &request);
		if (p->len - before > 1000)
			p->len = before;
	}
	log_file_write("log", span_of(p->buffer, p->len - 1)); /* no last \n */
	free(p);
	free(shop);
}

static void
every_size_gives_the_tally_of_one_chunk(void **state)
{
	static const struct {
		uint64_t seed;
		bool is_wide;
	} logs[] = { { 1, true }, { 1, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct bytes want, got;
		struct source s;

		write_log(logs[i].seed, logs[i].is_wide);
		assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
		assert_true(s.bytes > 500);
		want = encode(&s, UINT64_MAX);
		for (uint64_t size = 1; size <= s.bytes; size++) {
			got = encode(&s, size);
			if (got.len != want.len ||
			    memcmp(got.data, want.data, want.len) != 0)
				fail_msg("log %zu, chunks of %d bytes", i,
				    (int)size);
			free(got.data);
		}
		free(want.data);
		source_cleanup(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    every_size_gives_the_tally_of_one_chunk, log_directory_open,
		    log_directory_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
