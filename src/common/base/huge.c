/* Only as much memory as a huge page has, from the border of one, can be one: so
 * more is mapped, and what lies before and behind is given back at once. What is
 * left depends on the length that was asked for and on nothing else, so that
 * huge_unmap() knows it. */
#include "common/base/huge.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

static _Thread_local struct {
	void *address; /* owner; NULL: nothing is kept */
	size_t len;
	bool is_wanted;
} kept;

static size_t
round_up(size_t n)
{
	return (n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

static bool
is_large(size_t len)
{
	return len >= HUGE_PAGE / 2 && len <= SIZE_MAX / 2;
}

/* Where there is no room for a border: memory like any other. */
static char *
map_at_border(size_t len, int prot, int flags)
{
	char *p = mmap(NULL, len + HUGE_PAGE, prot, flags, -1, 0);

	if (p == MAP_FAILED)
		return mmap(NULL, len, prot, flags, -1, 0);
	size_t before = round_up((uintptr_t)p) - (uintptr_t)p;
	if (before > 0)
		munmap(p, before);
	munmap(p + before + len, HUGE_PAGE - before);
	return p + before;
}

static void
give_kept_back(void)
{
	if (kept.address)
		munmap(kept.address, round_up(kept.len));
	kept.address = NULL;
}

static void *
take_kept(size_t len)
{
	void *p = kept.address;

	/* Never two at once. */
	if (kept.len != len) {
		give_kept_back();
		return NULL;
	}
	kept.address = NULL;
	return p;
}

void *
huge_map(void *address, size_t len, int prot, int flags, int fd, off_t offset)
{
	size_t mapped = round_up(len);
	char *p;

	if (!is_large(len))
		return mmap(address, len, prot, flags, fd, offset);
	p = take_kept(len);
	if (p)
		return p;
	p = map_at_border(mapped, prot, flags & ~MAP_POPULATE);
	if (p == MAP_FAILED)
		return p;
	/* Both are wishes: what comes of them is memory all the same. */
	(void)madvise(p, mapped, MADV_HUGEPAGE);
	if (flags & MAP_POPULATE)
		(void)madvise(p, mapped, MADV_POPULATE_WRITE);
	return p;
}

int
huge_unmap(void *address, size_t len)
{
	if (!is_large(len))
		return munmap(address, len);
	if (!kept.is_wanted || kept.address)
		return munmap(address, round_up(len));
	kept.address = address;
	kept.len = len;
	return 0;
}

void
huge_keep(void)
{
	kept.is_wanted = true;
}

void
huge_drop(void)
{
	kept.is_wanted = false;
	give_kept_back();
}
