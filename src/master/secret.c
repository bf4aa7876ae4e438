/* Where the key of session digests comes from. */
#include "master/secret.h"
#include "common/base/log.h"

#include <string.h>

enum { SECRET_MIN = 16 };

static const char file_name[] = "secret";

enum err
secret_load(struct token_key *key, const struct config *config,
    const struct data_dir *dir, struct problem *why)
{
	char made[1024];
	enum err e;

	if (*config->secret) {
		token_key_derive(key, span_text(config->secret));
		return ERR_OK;
	}
	e = data_dir_read(dir, file_name, made, sizeof(made), why);
	if (e == ERR_NOT_FOUND) {
		token_secret_new(made);
		log_info(
		    "made a secret for sessions: %s/%s", dir->path, file_name);
		e = data_dir_write(dir, file_name, made, why);
	}
	if (e != ERR_OK)
		return e;
	if (strlen(made) < SECRET_MIN)
		return problem_set(why, ERR_INVALID,
		    "%s/%s has less than %d bytes: remove it, and a new one "
		    "is made (every session ends)",
		    dir->path, file_name, SECRET_MIN);
	token_key_derive(key, span_text(made));
	return ERR_OK;
}
