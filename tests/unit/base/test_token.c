/* Session tokens: their form, and what their digest depends on. */
#include "common/base/token.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define RANDOM "0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"

static struct token_key
key_of(const char *secret)
{
	struct token_key key;

	token_key_derive(&key, span_text(secret));
	return key;
}

static bool
is_token(struct span text)
{
	struct token_key key = key_of("0123456789abcdef");
	char digest[DIGEST_TEXT];
	int64_t id;

	return token_digest(&key, text, &id, digest);
}

static void
a_new_token_names_its_user(void **state)
{
	static const int64_t ids[] = { 1, 42, INT64_MAX };
	struct token_key key = key_of("0123456789abcdef");
	char token[TOKEN_TEXT], digest[DIGEST_TEXT];
	int64_t id = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		token_new(ids[i], token);
		assert_true(token_digest(&key, span_text(token), &id, digest));
		assert_true(id == ids[i]);
		assert_int_equal(strlen(digest), DIGEST_TEXT - 1);
	}
}

static void
two_tokens_of_a_user_differ(void **state)
{
	char one[TOKEN_TEXT], two[TOKEN_TEXT];

	(void)state;
	token_new(7, one);
	token_new(7, two);
	assert_string_not_equal(one, two);
}

/* Sessions are stored under it. */
static void
a_digest_is_keyed_blake2b_in_base64url(void **state)
{
	static const struct {
		const char *token, *digest;
	} known[] = {
		{ "7." RANDOM, "alQqismD3QcdAMCH4hlVlEly0xbCRSMou2M74iIv1f4" },
		{ "8." RANDOM, "_tjYm40UcTle3TxLVA1delicpywbCx-hcjJwkTn8dDM" },
		{ "9." RANDOM, "RyrPIqk10TqWPWwmKMMDLoDFgTpnRQsY8ARj2T4N6Ig" },
	};
	struct token_key key = key_of("0123456789abcdef");
	char digest[DIGEST_TEXT];
	int64_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_true(
		    token_digest(&key, span_text(known[i].token), &id, digest));
		assert_string_equal(digest, known[i].digest);
	}
}

static void
a_digest_depends_on_user_random_part_and_secret(void **state)
{
	static const char token[] = "7." RANDOM;
	static const char other_user[] = "8." RANDOM;
	struct token_key key = key_of("0123456789abcdef");
	struct token_key other_key = key_of("0123456789abcdeg");
	char digest[DIGEST_TEXT], again[DIGEST_TEXT];
	char changed[sizeof(token)];
	int64_t id;

	(void)state;
	assert_true(token_digest(&key, span_text(token), &id, digest));
	assert_true(token_digest(&key, span_text(token), &id, again));
	assert_string_equal(digest, again);
	assert_true(token_digest(&key, span_text(other_user), &id, again));
	assert_string_not_equal(digest, again);
	assert_true(token_digest(&other_key, span_text(token), &id, again));
	assert_string_not_equal(digest, again);
	memcpy(changed, token, sizeof(token));
	changed[sizeof(token) - 2] ^= 1;
	assert_true(token_digest(&key, span_text(changed), &id, again));
	assert_string_not_equal(digest, again);
}

static bool
has_tag(const struct token_tag_key *key, const char *text,
    uint8_t tag[TOKEN_TAG_SIZE])
{
	return token_tag(key, span_text(text), tag);
}

/* Of each of the lengths that tokens have. */
static void
a_tag_depends_on_every_byte_on_the_length_and_on_the_key(void **state)
{
	static const char digits[] = "1234567890123456789";
	uint8_t tag[TOKEN_TAG_SIZE], other[TOKEN_TAG_SIZE];
	struct token_tag_key key, other_key;
	char text[TOKEN_TEXT + 1];

	(void)state;
	token_tag_key_new(&key);
	token_tag_key_new(&other_key);
	for (size_t len = 1; len <= strlen(digits); len++) {
		snprintf(text, sizeof(text), "%.*s." RANDOM, (int)len, digits);
		assert_true(has_tag(&key, text, tag));
		assert_true(has_tag(&key, text, other));
		assert_memory_equal(tag, other, sizeof(tag));
		assert_true(has_tag(&other_key, text, other));
		assert_memory_not_equal(tag, other, sizeof(tag));
		for (size_t i = 0; text[i]; i++) {
			text[i] ^= 1;
			assert_true(has_tag(&key, text, other));
			assert_memory_not_equal(tag, other, sizeof(tag));
			text[i] ^= 1;
		}
		/* The same words, and one character less between them. */
		memset(text, 'a', len + 1 + strlen(RANDOM));
		assert_true(has_tag(&key, text, tag));
		text[len + strlen(RANDOM)] = '\0';
		if (has_tag(&key, text, other))
			assert_memory_not_equal(tag, other, sizeof(tag));
	}
	assert_false(has_tag(&key, "." RANDOM, tag));
	assert_false(has_tag(&key, "12345678901234567890." RANDOM, tag));
	assert_false(token_tag(&key, span_of(NULL, 0), tag));
}

static void
other_texts_are_no_token(void **state)
{
	static const char *const texts[] = {
		"",
		".",
		"7",
		RANDOM,
		"." RANDOM,
		"0." RANDOM,
		"07." RANDOM,
		"-7." RANDOM,
		"+7." RANDOM,
		"7x." RANDOM,
		" 7." RANDOM,
		"7." RANDOM "A",
		"7." RANDOM "=",
		"7" RANDOM "A",
		"7.="
		"123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcde",
		"7. "
		"123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcde",
		"9223372036854775808." RANDOM, /* INT64_MAX + 1 */
		"10000000000000000000." RANDOM,
	};

	(void)state;
	assert_true(is_token(span_text("7." RANDOM)));
	assert_true(is_token(span_text("9223372036854775807." RANDOM)));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (is_token(span_text(texts[i])))
			fail_msg("\"%s\" passed as a token", texts[i]);
	assert_false(is_token(span_of(NULL, 0)));
	assert_false(
	    is_token(span_of("7.\0"
			     "123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcde",
		45)));
}

/* At every place behind the dot. */
static void
bytes_of_a_token_are_those_of_base64url(void **state)
{
	char text[] = "7." RANDOM;

	(void)state;
	for (size_t at = 2; text[at]; at++) {
		char kept = text[at];

		for (int byte = 1; byte < 256; byte++) {
			bool is_good =
			    isalnum(byte) || byte == '-' || byte == '_';

			text[at] = (char)byte;
			assert_int_equal(is_token(span_text(text)), is_good);
		}
		text[at] = kept;
	}
}

static void
a_made_up_secret_is_long_and_new(void **state)
{
	char one[SECRET_TEXT], two[SECRET_TEXT];

	(void)state;
	token_secret_new(one);
	token_secret_new(two);
	assert_int_equal(strlen(one), SECRET_TEXT - 1);
	assert_string_not_equal(one, two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_token_names_its_user),
		cmocka_unit_test(two_tokens_of_a_user_differ),
		cmocka_unit_test(a_digest_is_keyed_blake2b_in_base64url),
		cmocka_unit_test(
		    a_digest_depends_on_user_random_part_and_secret),
		cmocka_unit_test(
		    a_tag_depends_on_every_byte_on_the_length_and_on_the_key),
		cmocka_unit_test(other_texts_are_no_token),
		cmocka_unit_test(bytes_of_a_token_are_those_of_base64url),
		cmocka_unit_test(a_made_up_secret_is_long_and_new),
	};

	if (token_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
