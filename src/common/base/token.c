/* Session tokens and their digests: random bytes and keyed BLAKE2b of
 * libsodium. The digest is of the whole text, so a token with another user id
 * in front has another digest. */
#include "common/base/token.h"

#include <endian.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	RANDOM_SIZE = 32,
	RANDOM_TEXT = 43, /* base64url without padding */
	DIGEST_SIZE = 32,
	ID_DIGITS_MAX = 19,
	TOKEN_MIN = 1 + 1 + RANDOM_TEXT,
	TOKEN_MAX = ID_DIGITS_MAX + 1 + RANDOM_TEXT,
};

_Static_assert(TOKEN_TEXT >= TOKEN_MAX + 1, "the longest token fits");

int
token_init(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

void
token_secret_new(char out[SECRET_TEXT])
{
	unsigned char random[RANDOM_SIZE];

	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(out, SECRET_TEXT, random, sizeof(random),
	    sodium_base64_VARIANT_ORIGINAL);
}

void
token_key_derive(struct token_key *key, struct span secret)
{
	/* The constant separates this use of the secret from any later one. */
	static const char use[] = "trawl session digest";

	crypto_generichash(key->bytes, sizeof(key->bytes),
	    (const unsigned char *)secret.data, secret.len,
	    (const unsigned char *)use, sizeof(use) - 1);
}

void
token_new(int64_t user_id, char out[TOKEN_TEXT])
{
	unsigned char random[RANDOM_SIZE];
	int len = snprintf(out, TOKEN_TEXT, "%" PRId64 ".", user_id);

	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(out + len, TOKEN_TEXT - (size_t)len, random,
	    sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Sixteen bytes at once (a GNU vector: SSE2, NEON, or plain code). */
typedef unsigned char block __attribute__((vector_size(16)));

/* The bytes of base64url are not 0. */
static block
digits_of(const char *at)
{
	block bytes, letters;

	memcpy(&bytes, at, sizeof(bytes));
	letters = bytes | 0x20;
	return (block)((block)(letters - 'a') < 26) |
	       (block)((block)(bytes - '0') < 10) | (block)(bytes == '-') |
	       (block)(bytes == '_');
}

/* All of them, whatever the first one is that is not: nearly every text is good. */
static bool
is_base64url(const char *text)
{
	/* The last block overlaps the one before. */
	block good = digits_of(text) & digits_of(text + sizeof(block)) &
		     digits_of(text + RANDOM_TEXT - sizeof(block));
	uint64_t halves[2];

	memcpy(halves, &good, sizeof(halves));
	return (halves[0] & halves[1]) == UINT64_MAX;
}
_Static_assert(RANDOM_TEXT > 32 && RANDOM_TEXT <= 48, "in three blocks");

/* Whether `token` has the form that token_new() gives; its user id. */
static bool
read_form(struct span token, int64_t *user_id)
{
	uint64_t id;
	size_t dot;

	if (token.len < TOKEN_MIN || token.len > TOKEN_MAX)
		return false;
	dot = token.len - RANDOM_TEXT - 1;
	if (token.data[dot] != '.' || token.data[0] == '0')
		return false;
	if (!is_base64url(token.data + dot + 1) ||
	    !span_to_u64(span_of(token.data, dot), &id) || id > INT64_MAX)
		return false;
	*user_id = (int64_t)id;
	return true;
}

/* As libsodium's, at a tenth of the steps: of a digest nothing has to be hidden
 * from who measures time. */
static void
base64url(const unsigned char bytes[DIGEST_SIZE], char out[DIGEST_TEXT])
{
	static const char digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char padded[DIGEST_SIZE + 6] = { 0 };
	uint64_t word;

	memcpy(padded, bytes, DIGEST_SIZE);
	/* Six bytes a turn, eight characters. */
	for (size_t i = 0; i < DIGEST_SIZE - 2; i += 6) {
		memcpy(&word, padded + i, sizeof(word));
		word = be64toh(word);
		out[0] = digits[word >> 58];
		out[1] = digits[word >> 52 & 63];
		out[2] = digits[word >> 46 & 63];
		out[3] = digits[word >> 40 & 63];
		out[4] = digits[word >> 34 & 63];
		out[5] = digits[word >> 28 & 63];
		out[6] = digits[word >> 22 & 63];
		out[7] = digits[word >> 16 & 63];
		out += 8;
	}
	memcpy(&word, padded + DIGEST_SIZE - 2, sizeof(word));
	word = be64toh(word);
	/* The last two are three. */
	out[0] = digits[word >> 58];
	out[1] = digits[word >> 52 & 63];
	out[2] = digits[word >> 46 & 63];
	out[3] = '\0';
}

_Static_assert(
    DIGEST_SIZE % 6 == 2 && DIGEST_TEXT == (DIGEST_SIZE - 2) / 6 * 8 + 4,
    "as many characters as base64url() writes");

bool
token_digest(const struct token_key *key, struct span token, int64_t *user_id,
    char digest[DIGEST_TEXT])
{
	unsigned char bytes[DIGEST_SIZE];

	if (!read_form(token, user_id))
		return false;
	crypto_generichash(bytes, sizeof(bytes),
	    (const unsigned char *)token.data, token.len, key->bytes,
	    sizeof(key->bytes));
	base64url(bytes, digest);
	return true;
}

void
token_tag_key_new(struct token_tag_key *key)
{
	randombytes_buf(key->words, sizeof(key->words));
}

__extension__ typedef unsigned __int128 uint128;

static uint64_t
word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static uint128
product(uint64_t a, uint64_t b)
{
	return (uint128)a * b;
}

/* NH, the hash of UMAC (RFC 4418, 5.2.2), with words of 64 bits, at a tenth of the
 * steps of SipHash. Who knows a token needs no other one with its tag; who knows
 * none has to meet the tag of 256 random bits, 48 of them in each word, under a key
 * that he does not know either. */
bool
token_tag(const struct token_tag_key *key, struct span token,
    uint8_t tag[TOKEN_TAG_SIZE])
{
	const uint64_t *k = key->words;
	const char *front = token.data, *back = token.data + token.len;
	uint128 sum;

	if (token.len < TOKEN_MIN || token.len > TOKEN_MAX)
		return false;
	/* Forty bytes in front and 24 at the end: every byte of the longest. */
	sum = product(word_at(front) + k[0], word_at(front + 8) + k[1]);
	sum += product(word_at(front + 16) + k[2], word_at(front + 24) + k[3]);
	sum += product(word_at(front + 32) + k[4], word_at(back - 24) + k[5]);
	sum += product(word_at(back - 16) + k[6], word_at(back - 8) + k[7]);
	sum += product(token.len, k[8]);
	memcpy(tag, &sum, sizeof(sum));
	return true;
}

_Static_assert(
    sizeof(uint128) == TOKEN_TAG_SIZE && TOKEN_MIN >= 40 && TOKEN_MAX <= 64,
    "as many bytes as token_tag() reads and writes");
