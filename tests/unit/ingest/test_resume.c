/* What happens to logs between two parses: each case parses a log of two files
 * (or one), does something to them, and says how the next parse went about it. */
#include "worker/ingest/resume.h"

#include "support/crew.h"
#include "support/generation_text.h"

#include <fcntl.h>
#include <sys/stat.h>

#define LINE(second, url)                 \
	"web | 2018-08-01 10:00:0" second \
	" [A] INFO: 9.9.9.9 https://s.com/" url "\n"

static char *
path_of(struct crew *c, const char *name)
{
	static char path[2][160];
	static unsigned turn;
	char *out = path[++turn % 2];

	snprintf(out, sizeof(path[0]), "%s/%s", c->server.dir, name);
	return out;
}

static void
write_file(struct crew *c, const char *name, const char *mode, const char *text)
{
	FILE *f = fopen(path_of(c, name), mode);

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The mode of the next parse, which leaves what a full one would. */
static const char *
mode_of_next(struct crew *c)
{
	static struct ended e;
	char *grown, *whole;

	crew_ask_for(c, 0, false, CREW_PATIENCE_MS, &e);
	crew_wait(c, &e);
	assert_string_equal(e.words, "");
	assert_int_equal(e.err, ERR_OK);
	grown = generation_text(&c->server.address);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	whole = generation_text(&c->server.address);
	assert_string_equal(grown, whole);
	free(grown);
	free(whole);
	return e.mode;
}

static char names[400];

/* A parsed log of these files, the first one filled. */
static struct crew *
parsed(const char *first, const char *second)
{
	struct crew *c = crew_open(1);

	snprintf(names, sizeof(names), "%s", path_of(c, first));
	if (second)
		snprintf(names + strlen(names), sizeof(names) - strlen(names),
		    ",%s", path_of(c, second));
	c->config.logs_file_name = names;
	write_file(c, first, "w",
	    LINE("1", "fresh/a/")
		LINE("2", "cart?goods_id=1&amount=1&cart_id=1"));
	if (second)
		write_file(c, second, "w", LINE("3", "frozen/b/"));
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	return c;
}

static void
end(struct crew *c)
{
	static const char *const files[] = { "a", "b", "c" };

	for (size_t i = 0; i < 3; i++)
		unlink(path_of(c, files[i]));
	crew_close(c);
}

static void
growth_of_the_last_file_is_read_alone(void **state)
{
	struct crew *c = parsed("a", "b");

	(void)state;
	write_file(c, "b", "a", LINE("4", "success_pay_1/"));
	assert_string_equal(mode_of_next(c), "incremental");
	end(c);
}

static void
growth_of_an_earlier_file_changes_the_order_of_lines(void **state)
{
	struct crew *c = parsed("a", "b");

	(void)state;
	write_file(c, "a", "a", LINE("4", "success_pay_1/"));
	assert_string_equal(mode_of_next(c), "full");
	end(c);
}

static void
a_renamed_file_is_not_read_again(void **state)
{
	struct crew *c = parsed("a", NULL);

	(void)state;
	assert_int_equal(rename(path_of(c, "a"), path_of(c, "b")), 0);
	write_file(c, "a", "w", LINE("5", "frozen/b/"));
	snprintf(names, sizeof(names), "%s,", path_of(c, "b"));
	strcat(names, path_of(c, "a"));
	assert_string_equal(mode_of_next(c), "incremental");
	end(c);
}

static void
a_copied_and_truncated_file_is_not_read_again(void **state)
{
	struct crew *c = parsed("a", NULL);

	(void)state;
	write_file(c, "b", "w",
	    LINE("1", "fresh/a/")
		LINE("2", "cart?goods_id=1&amount=1&cart_id=1"));
	write_file(c, "a", "w", LINE("5", "frozen/b/"));
	snprintf(names, sizeof(names), "%s,", path_of(c, "b"));
	strcat(names, path_of(c, "a"));
	assert_string_equal(mode_of_next(c), "incremental");
	end(c);
}

static void
an_unterminated_line_is_final_once_a_file_follows(void **state)
{
	struct crew *c = parsed("a", NULL);

	(void)state;
	write_file(c, "a", "a",
	    "web | 2018-08-01 10:00:09 [A] INFO: 9.9.9.9 "
	    "https://s.com/fresh/a/");
	assert_string_equal(mode_of_next(c), "incremental");
	write_file(c, "b", "w", LINE("5", "frozen/b/"));
	strcat(names, ",");
	strcat(names, path_of(c, "b"));
	assert_string_equal(mode_of_next(c), "incremental");
	end(c);
}

static void
an_edited_head_makes_the_parse_full(void **state)
{
	struct crew *c = parsed("a", NULL);

	(void)state;
	write_file(c, "a", "r+", "sap");
	write_file(c, "a", "a", LINE("4", "success_pay_1/"));
	assert_string_equal(mode_of_next(c), "full");
	end(c);
}

static void
an_edit_of_the_same_length_makes_the_parse_full(void **state)
{
	struct crew *c = parsed("a", NULL);
	const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };

	(void)state;
	assert_int_equal(utimensat(AT_FDCWD, path_of(c, "a"), times, 0), 0);
	assert_string_equal(mode_of_next(c), "full");
	end(c);
}

static void
a_truncated_or_replaced_file_makes_the_parse_full(void **state)
{
	struct crew *c = parsed("a", NULL);

	(void)state;
	write_file(c, "a", "w", LINE("1", "fresh/a/"));
	assert_string_equal(mode_of_next(c), "full");
	unlink(path_of(c, "a"));
	write_file(c, "a", "w",
	    LINE("6", "x/") LINE("7", "y/") LINE("8", "z/") LINE("9", "x/"));
	assert_string_equal(mode_of_next(c), "full");
	end(c);
}

static void
a_lost_base_makes_the_parse_full(void **state)
{
	struct crew *c = parsed("a", NULL);

	(void)state;
	redis_process_ask(
	    &c->server, "DEL segment:" FIRST_JOB_TEXT "-day-2018-08-01");
	write_file(c, "a", "a", LINE("4", "success_pay_1/"));
	assert_string_equal(mode_of_next(c), "full");
	redis_process_ask(&c->server, "FLUSHALL");
	assert_string_equal(mode_of_next(c), "full");
	end(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growth_of_the_last_file_is_read_alone),
		cmocka_unit_test(
		    growth_of_an_earlier_file_changes_the_order_of_lines),
		cmocka_unit_test(a_renamed_file_is_not_read_again),
		cmocka_unit_test(a_copied_and_truncated_file_is_not_read_again),
		cmocka_unit_test(
		    an_unterminated_line_is_final_once_a_file_follows),
		cmocka_unit_test(an_edited_head_makes_the_parse_full),
		cmocka_unit_test(
		    an_edit_of_the_same_length_makes_the_parse_full),
		cmocka_unit_test(
		    a_truncated_or_replaced_file_makes_the_parse_full),
		cmocka_unit_test(a_lost_base_makes_the_parse_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
