/* Memory that begins at the border of a huge page. What the kernel knows of it is
 * read in /proc/self/smaps, into memory that was there before. */
#include "common/base/huge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	MIB = 1 << 20,
	OF_HASH = 19 * MIB,
	MAPPED = 20 * MIB, /* for it */
	FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
};

static char text[4 << 20];

static void
read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got;

	assert_true(fd >= 0);
	while ((got = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	assert_true(len < sizeof(text) - 1);
	text[len] = '\0';
	close(fd);
}

/* Pages of address space that this process has. */
static long
pages_mapped(void)
{
	read_file("/proc/self/statm");
	return strtol(text, NULL, 10);
}

/* The paragraph of the mapping that is exactly [p, p + len). */
static const char *
paragraph(const void *p, size_t len)
{
	char first_line[64];
	const char *found;

	snprintf(first_line, sizeof(first_line), "%lx-%lx ", (uintptr_t)p,
	    (uintptr_t)p + len);
	read_file("/proc/self/smaps");
	found = strstr(text, first_line);
	assert_non_null(found);
	return found;
}

static long
kib_of(const char *paragraph_text, const char *name)
{
	const char *line = strstr(paragraph_text, name);

	assert_non_null(line);
	return strtol(line + strlen(name), NULL, 10);
}

static bool
is_told_of_huge_pages(const char *paragraph_text)
{
	const char *flags = strstr(paragraph_text, "VmFlags:");

	assert_non_null(flags);
	return memmem(flags, strcspn(flags, "\n"), " hg", 3) != NULL;
}

static unsigned char *
map(size_t len)
{
	unsigned char *p =
	    huge_map(NULL, len, PROT_READ | PROT_WRITE, FLAGS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static bool
is_writable_and_zeroed(unsigned char *p, size_t len)
{
	bool is_zero = p[len - 1] == 0;

	for (size_t i = 0; i < len; i += PAGE) {
		is_zero = is_zero && p[i] == 0;
		p[i] = 1;
	}
	return is_zero;
}

static void
large_memory_is_there_and_told_to_be_huge_pages(void **state)
{
	unsigned char *p = map(OF_HASH);

	(void)state;
	assert_int_equal((uintptr_t)p % HUGE_PAGE, 0);
	assert_true(is_told_of_huge_pages(paragraph(p, MAPPED)));
	assert_int_equal(kib_of(paragraph(p, MAPPED), "Rss:"), MAPPED / 1024);
	assert_true(is_writable_and_zeroed(p, MAPPED));
	huge_unmap(p, OF_HASH);
}

static void
all_that_was_mapped_is_given_back(void **state)
{
	static const struct {
		size_t len, mapped;
	} cases[] = {
		{ 1, PAGE },
		{ MIB - 1, MIB },
		{ MIB, HUGE_PAGE },
		{ HUGE_PAGE, HUGE_PAGE },
		{ HUGE_PAGE + 1, 2 * HUGE_PAGE },
		{ OF_HASH, MAPPED },
		{ 64 * MIB, 64 * MIB },
	};
	long before = pages_mapped();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char *p = map(cases[i].len);

		assert_int_equal(
		    pages_mapped() - before, cases[i].mapped / PAGE);
		assert_true(is_writable_and_zeroed(p, cases[i].len));
		assert_int_equal(huge_unmap(p, cases[i].len), 0);
		assert_int_equal(pages_mapped(), before);
	}
}

static void
without_room_for_a_border_it_is_memory_all_the_same(void **state)
{
	long before = pages_mapped();
	struct rlimit old, tight;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
	tight = old;
	tight.rlim_cur = (rlim_t)before * PAGE + MAPPED + HUGE_PAGE / 2;
	assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
	unsigned char *p =
	    huge_map(NULL, OF_HASH, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
	setrlimit(RLIMIT_AS, &old);
	assert_true(p != MAP_FAILED);
	assert_true(is_writable_and_zeroed(p, MAPPED));
	assert_int_equal(huge_unmap(p, OF_HASH), 0);
	assert_int_equal(pages_mapped(), before);
}

static void
where_the_kernel_has_no_huge_pages_it_is_memory_all_the_same(void **state)
{
	(void)state;
	assert_int_equal(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	unsigned char *p = map(OF_HASH);
	assert_int_equal(kib_of(paragraph(p, MAPPED), "AnonHugePages:"), 0);
	assert_int_equal(kib_of(paragraph(p, MAPPED), "Rss:"), MAPPED / 1024);
	assert_true(is_writable_and_zeroed(p, MAPPED));
	huge_unmap(p, OF_HASH);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
}

static void
memory_that_is_kept_is_the_next_mapping_of_its_length(void **state)
{
	long before = pages_mapped();

	(void)state;
	huge_keep();
	unsigned char *p = map(OF_HASH), *q;
	memset(p, 7, OF_HASH);
	assert_int_equal(huge_unmap(p, OF_HASH), 0);
	q = map(OF_HASH);
	assert_ptr_equal(q, p);
	assert_int_equal(q[OF_HASH - 1], 7);
	/* One is kept, not two. */
	p = map(OF_HASH);
	assert_true(is_writable_and_zeroed(p, OF_HASH));
	assert_int_equal(huge_unmap(p, OF_HASH), 0);
	assert_int_equal(huge_unmap(q, OF_HASH), 0);
	assert_int_equal(pages_mapped() - before, MAPPED / PAGE);
	/* Another length takes its place. */
	p = map(4 * MIB);
	assert_true(is_writable_and_zeroed(p, 4 * MIB));
	assert_int_equal(pages_mapped() - before, 4 * MIB / PAGE);
	assert_int_equal(huge_unmap(p, 4 * MIB), 0);
	huge_drop();
	assert_int_equal(pages_mapped(), before);
}

static void
nothing_is_kept_before_it_is_wanted_nor_afterwards(void **state)
{
	long before = pages_mapped();

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(huge_unmap(map(OF_HASH), OF_HASH), 0);
		assert_int_equal(pages_mapped(), before);
		huge_keep();
		huge_drop();
	}
}

static void
memory_that_nobody_has_is_refused(void **state)
{
	(void)state;
	assert_true(huge_map(NULL, SIZE_MAX / 4, PROT_READ, FLAGS, -1, 0) ==
		    MAP_FAILED);
	assert_true(
	    huge_map(NULL, SIZE_MAX, PROT_READ, FLAGS, -1, 0) == MAP_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    large_memory_is_there_and_told_to_be_huge_pages),
		cmocka_unit_test(all_that_was_mapped_is_given_back),
		cmocka_unit_test(
		    without_room_for_a_border_it_is_memory_all_the_same),
		cmocka_unit_test(
		    where_the_kernel_has_no_huge_pages_it_is_memory_all_the_same),
		cmocka_unit_test(
		    memory_that_is_kept_is_the_next_mapping_of_its_length),
		cmocka_unit_test(
		    nothing_is_kept_before_it_is_wanted_nor_afterwards),
		cmocka_unit_test(memory_that_nobody_has_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
