#include "worker/store/redis/reply.h"

#include "common/base/log.h"

#include <hiredis/hiredis.h>

#include <string.h>

/* Restarting, or busy with a script. */
static const char *const passing[] = { "LOADING", "BUSY", "TRYAGAIN",
	"MASTERDOWN" };

/* Somebody has to do something about it. */
static const char *const lasting[] = { "OOM", "READONLY", "MISCONF",
	"NOREPLICAS", "CLUSTERDOWN" };

#define IS_ONE_OF(word, words) \
	is_one_of(word, words, sizeof(words) / sizeof((words)[0]))

static bool
is_one_of(struct span word, const char *const *words, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (span_is_equal(word, span_text(words[i])))
			return true;
	return false;
}

/* Its only word for this, on a connection that it closes behind it. */
static bool
is_crowded(const char *text)
{
	static const char words[] = "ERR max number of clients reached";

	return strncmp(text, words, sizeof(words) - 1) == 0;
}

static struct span
first_word(const char *text)
{
	return span_of(text, strcspn(text, " "));
}

enum err
reply_err(const struct redisReply *reply)
{
	/* A transaction is refused with the reason behind it. */
	static const char discarded[] =
	    "EXECABORT Transaction discarded because of: ";
	const char *why = reply->str;
	struct span word;

	if (reply->type != REDIS_REPLY_ERROR)
		return ERR_OK;
	if (strncmp(why, discarded, sizeof(discarded) - 1) == 0)
		why += sizeof(discarded) - 1;
	word = first_word(why);
	if (span_is_equal(word, span_text("STALE")))
		return ERR_STALE;
	log_error("redis: %s", reply->str);
	return IS_ONE_OF(word, passing) || IS_ONE_OF(word, lasting) ||
		       is_crowded(why)
		   ? ERR_STORE_DOWN
		   : ERR_INTERNAL;
}

bool
reply_is_passing(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR &&
	       (IS_ONE_OF(first_word(reply->str), passing) ||
		   is_crowded(reply->str));
}

enum err
reply_text(const struct redisReply *reply, struct arena *a, struct span *out)
{
	const char *copy;

	if (reply->type != REDIS_REPLY_STRING)
		return ERR_CORRUPT;
	copy = arena_copy(a, span_of(reply->str, reply->len));
	if (!copy)
		return ERR_NO_MEMORY;
	*out = span_of(copy, reply->len);
	return ERR_OK;
}

enum err
reply_texts(const struct redisReply *reply, struct arena *a, struct span **out,
    size_t *len)
{
	enum err e = ERR_OK;

	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	*out = arena_alloc(a, reply->elements * sizeof(**out));
	if (!*out)
		return ERR_NO_MEMORY;
	*len = reply->elements;
	for (size_t i = 0; e == ERR_OK && i < reply->elements; i++)
		e = reply_text(reply->element[i], a, &(*out)[i]);
	return e;
}
