#ifndef TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_COPIES_H
#define TRAWL_COMMON_SHOPLOG_SOURCE_SOURCE_COPIES_H

#include "common/shoplog/source/source.h"
#include "common/shoplog/source/source_names.h"

/* Packed copies of files of the same log. gzip, and so a rotation, makes NAME.gz out
 * of NAME and takes NAME away when that is whole: what matches both meanwhile
 * finds the same lines twice, or a file that ends in the middle. */

/* Takes off what a glob has matched beside the file that it is a copy of: NAME.gz or
 * NAME.zst, whose text begins as NAME does, as far as there is any yet.
 *
 * names  those of the files in their order, matches of one glob by name; the same
 *        are taken off
 * Returns ERR_OK, or as source_file_open(). Thread: any; it reads the first 64 KiB of
 * a file that is called a copy. */
enum err source_copies_drop(
    struct source *s, struct source_names *names, struct problem *why);

#endif
