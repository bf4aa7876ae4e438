#ifndef TRAWL_MASTER_SECRET_H
#define TRAWL_MASTER_SECRET_H

#include "common/base/config.h"
#include "common/base/token.h"
#include "master/data_dir.h"

/* The key of session digests: from the `secret` setting, else from the file
 * `secret` in data_dir, which the first start makes (32 random bytes as text,
 * mode 0600). On ERR_INVALID `why` names the file, never the secret. */
enum err secret_load(struct token_key *key, const struct config *config,
    const struct data_dir *dir, struct problem *why);

#endif
