#ifndef TRAWL_COMMON_BASE_TOKEN_H
#define TRAWL_COMMON_BASE_TOKEN_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* A session token is "<user id>.<32 random bytes in base64url>": whose it is
 * (and so in which Redis slot its session lies) is known from the token alone.
 * The store knows only its digest, BLAKE2b-256 keyed with the secret, so a
 * stolen dump opens nothing. Any thread. */
enum {
	TOKEN_TEXT = 64,  /* 19 digits, '.', 43 characters, NUL */
	DIGEST_TEXT = 44, /* base64url of 32 bytes, NUL */
	TOKEN_KEY_SIZE = 32,
	SECRET_TEXT = 45, /* base64 of 32 bytes, NUL */
	TOKEN_TAG_SIZE = 16,
};

/* The key of every digest, derived from the `secret` setting. */
struct token_key {
	uint8_t bytes[TOKEN_KEY_SIZE];
};

/* Once per process, before anything else of libsodium; 0, or -1. */
int token_init(void);

/* Makes up a secret: 32 random bytes in base64. */
void token_secret_new(char out[SECRET_TEXT]);

/* secret  16 bytes or more, any */
void token_key_derive(struct token_key *key, struct span secret);

/* Makes up a token of this user, who is 1 or more. */
void token_new(int64_t user_id, char out[TOKEN_TEXT]);

/* Reads the user id and digests the token; false when it has not the form of
 * a token. */
bool token_digest(const struct token_key *key, struct span token,
    int64_t *user_id, char digest[DIGEST_TEXT]);

/* Names a token in the tables of one process, where it must be quick and never
 * leaves, under a key made up for that process. Of two texts, whoever chose them,
 * the tags are the same for one key in 2^64 at most. False when the text has not the
 * length of a token. */
struct token_tag_key {
	uint64_t words[9];
};
void token_tag_key_new(struct token_tag_key *key);
bool token_tag(const struct token_tag_key *key, struct span token,
    uint8_t tag[TOKEN_TAG_SIZE]) __attribute__((warn_unused_result));

#endif
