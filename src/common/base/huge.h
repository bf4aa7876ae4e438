#ifndef TRAWL_COMMON_BASE_HUGE_H
#define TRAWL_COMMON_BASE_HUGE_H

#include <stddef.h>
#include <sys/types.h>

/* Memory in huge pages for the hash of a password. libsodium maps it anew for
 * each hash, takes no allocator, and has all of it filled with pages of 4 KiB:
 * at 19 MiB that was 43 % of a hash's CPU time (27 ms; with this 16, page faults
 * 10 instead of 4,864). So its references to mmap(2) and munmap(2), and nobody
 * else's, are to these (cmake/sodium.cmake). The kernel gives huge pages to who
 * asks for them when /sys/kernel/mm/transparent_hugepage/enabled says `madvise`
 * or `always`; else it is memory all the same. */
enum { HUGE_PAGE = 2 << 20 };

/* As mmap(2), for a new anonymous mapping. Half a huge page or more becomes as
 * many whole ones as hold it: what is left of the last one is memory too, but
 * small pages there would cost more time than writing it, and a hash of 3 MiB more
 * than one of 4, which tells who can measure it. */
void *huge_map(
    void *address, size_t len, int prot, int flags, int fd, off_t offset);

/* As munmap(2), of all that huge_map() gave for `len`; or kept for the next one. */
int huge_unmap(void *address, size_t len);

/* From now on what this thread unmaps is kept, if it is large, for its next
 * mapping of as many bytes, with what is in it: a hash writes all of its memory
 * before it reads it, and the kernel's zeros were 14 % of its CPU time. One is
 * kept at a time. */
void huge_keep(void);

/* Gives back what this thread has kept, so that what a password left there is
 * gone, and keeps no more. */
void huge_drop(void);

#endif
