/* The settings: one table made from SETTING_LIST, read from the environment,
 * then `.env`, then the default. Everything that is wrong is said at once. */
#include "common/base/config.h"
#include "common/base/complaints.h"
#include "common/base/dotenv.h"
#include "common/base/log.h"
#include "common/base/setting.h"
#include "common/base/span.h"

#include <stdlib.h>
#include <string.h>

#define SETTING_ROW(name, kind, fallback, minimum, maximum, help)  \
	{ #name, SETTING_##kind, fallback, minimum, maximum, help, \
		offsetof(struct config, name) },
static const struct setting service_settings[] = { SERVICE_SETTINGS(
    SETTING_ROW) };
static const struct setting tuning_settings[] = { TUNING_SETTINGS(
    SETTING_ROW) };
static const struct setting settings[] = { SETTING_LIST(SETTING_ROW) };
#undef SETTING_ROW

enum {
	SETTINGS = sizeof(settings) / sizeof(settings[0]),
	SECRET_SIZE_MIN = 16,
};

struct config_text {
	struct config_text *next;
	char text[];
};

/* For the checks of one setting's own, whose words say what is accepted. */
static void
refuse_named(struct complaints *bad, const char *name, const char *value,
    const char *accepted)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (!strcmp(settings[i].name, name))
			setting_refuse(&settings[i], value, accepted, bad);
}

/* Copies a text that lives as long as the config. */
static const char *
keep(struct config *c, const char *value)
{
	size_t size = strlen(value) + 1;
	struct config_text *kept = malloc(sizeof(*kept) + size);

	if (!kept)
		return NULL;
	memcpy(kept->text, value, size);
	kept->next = c->texts;
	c->texts = kept;
	return kept->text;
}

/* value  NULL: it is not given */
static enum err
set(struct config *c, const struct setting *s, const char *value,
    struct complaints *bad)
{
	bool is_text = s->kind == SETTING_text || s->kind == SETTING_hidden;

	if (value && is_text && (value = keep(c, value)) == NULL)
		return ERR_NO_MEMORY;
	setting_read(s, value, (char *)c + s->offset, bad);
	return ERR_OK;
}

static enum err
read_proxies(struct config *c, struct complaints *bad)
{
	const char *s = c->trusted_proxies;
	size_t commas = 0;

	for (const char *p = s; *p; p++)
		commas += *p == ',';
	if (!*s)
		return ERR_OK;
	c->proxies = calloc(commas + 1, sizeof(*c->proxies));
	if (!c->proxies)
		return ERR_NO_MEMORY;
	while (s) {
		const char *comma = strchrnul(s, ',');
		const char *end = comma;

		while (*s == ' ')
			s++;
		while (end > s && end[-1] == ' ')
			end--;
		if (!cidr_parse(span_of(s, (size_t)(end - s)),
			&c->proxies[c->proxies_len])) {
			refuse_named(bad, "trusted_proxies", c->trusted_proxies,
			    "a list like 10.0.0.0/8, ::1, fc00::/7");
			return ERR_OK;
		}
		c->proxies_len++;
		s = *comma ? comma + 1 : NULL;
	}
	return ERR_OK;
}

static bool
is_http_url(const char *s)
{
	const char *host;

	if (!strncmp(s, "http://", 7))
		host = s + 7;
	else if (!strncmp(s, "https://", 8))
		host = s + 8;
	else
		return false;
	if (!*host || *host == '/')
		return false;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 127)
			return false;
	return true;
}

/* What a header can carry: visible ASCII. */
static bool
is_token(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s >= 127)
			return false;
	return true;
}

/* Whether there is a name before, between and behind the commas. */
static bool
is_list_of_names(const char *list)
{
	for (;; list++) {
		list += strspn(list, " \t");
		if (*list == '\0' || *list == ',')
			return false;
		list += strcspn(list, ",");
		if (*list == '\0')
			return true;
	}
}

/* What the kinds cannot say: forms of single settings, and what one setting
 * demands of another. */
static enum err
check_whole(struct config *c, struct complaints *bad)
{
	struct redis_address address;
	struct problem why = { 0 };

	if (strcmp(c->registration, "open") != 0 &&
	    strcmp(c->registration, "closed") != 0)
		refuse_named(
		    bad, "registration", c->registration, "open or closed");
	if (*c->logs_file_name && !is_list_of_names(c->logs_file_name))
		refuse_named(bad, "logs_file_name", c->logs_file_name,
		    "files with commas between, or a glob");
	if (!is_token(c->ipinfo_token))
		refuse_named(bad, "ipinfo_token", c->ipinfo_token,
		    "letters, digits and other visible characters");
	if (!is_http_url(c->ipinfo_url))
		refuse_named(bad, "ipinfo_url", c->ipinfo_url,
		    "http://HOST... or https://HOST...");
	if (config_redis_address(c, &address, &why) != ERR_OK) {
		if (*c->redis_url)
			complaints_add(bad,
			    "redis_url is malformed (its value is not shown): "
			    "%s; accepted is redis://[user:password@]host:port"
			    "[/db] or unix:///path[?db=n]",
			    why.text);
		else
			refuse_named(bad, "data_dir", c->data_dir, why.text);
	}
	if (*c->redis_url && !*c->secret)
		complaints_add(bad,
		    "secret is not set: with redis_url it must be, the same "
		    "on every host, %d bytes or more",
		    SECRET_SIZE_MIN);
	return read_proxies(c, bad);
}

static const char *
find_environment(char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; *environment; environment++)
		if (!strncmp(*environment, name, len) &&
		    (*environment)[len] == '=')
			return *environment + len + 1;
	return NULL;
}

static void
warn_of_unknown_keys(const struct dotenv *file, const char *name)
{
	for (size_t i = 0; i < file->len; i++) {
		bool is_known = false;

		for (size_t j = 0; j < SETTINGS; j++)
			if (!strcmp(settings[j].name, file->entries[i].key))
				is_known = true;
		if (!is_known)
			log_warn("%s:%u: there is no setting %s", name,
			    file->entries[i].line, file->entries[i].key);
	}
}

enum err
config_read(struct config *out, const char *env_file, char *const *environment,
    struct problem *why)
{
	struct complaints bad = { 0 };
	struct dotenv file;
	enum err e;

	*out = (struct config){ 0 };
	e = dotenv_read(&file, env_file, why);
	if (e != ERR_OK)
		return e;
	warn_of_unknown_keys(&file, env_file);
	for (size_t i = 0; i < SETTINGS && e == ERR_OK; i++) {
		const char *name = settings[i].name;
		const char *value = find_environment(environment, name);

		if (!value)
			value = dotenv_find(&file, name);
		e = set(out, &settings[i], value, &bad);
	}
	dotenv_cleanup(&file);
	if (e == ERR_OK)
		e = check_whole(out, &bad);
	if (e == ERR_OK)
		e = complaints_end(&bad, why);
	if (e != ERR_OK)
		config_cleanup(out);
	return e;
}

enum err
config_defaults(struct config *out)
{
	struct complaints bad = { 0 };

	*out = (struct config){ 0 };
	for (size_t i = 0; i < SETTINGS; i++)
		(void)set(out, &settings[i], NULL, &bad);
	return bad.len ? ERR_INVALID : ERR_OK;
}

void
config_cleanup(struct config *c)
{
	while (c->texts) {
		struct config_text *next = c->texts->next;

		free(c->texts);
		c->texts = next;
	}
	free(c->proxies);
	*c = (struct config){ 0 };
}

enum err
config_redis_address(
    const struct config *c, struct redis_address *out, struct problem *why)
{
	static const char socket_name[] = "redis.sock";
	int len;

	if (*c->redis_url)
		return redis_address_parse(c->redis_url, out, why);
	*out = (struct redis_address){ 0 };
	len = snprintf(
	    out->path, sizeof(out->path), "%s/%s", c->data_dir, socket_name);
	if ((size_t)len < sizeof(out->path))
		return ERR_OK;
	return problem_set(why, ERR_INVALID,
	    "at most %zu bytes: a socket's path is no longer",
	    sizeof(out->path) - sizeof(socket_name) - 1);
}

static void
print_settings(FILE *out, const struct setting *rows, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fprintf(out, "  %-18s  %-17s  %s\n", rows[i].name,
		    *rows[i].fallback ? rows[i].fallback : "-", rows[i].help);
}

void
config_help(FILE *out)
{
	fputs("Settings, their defaults, what they are:\n", out);
	print_settings(out, service_settings,
	    sizeof(service_settings) / sizeof(service_settings[0]));
	fputs("Limits and times that nobody needs to touch:\n", out);
	print_settings(out, tuning_settings,
	    sizeof(tuning_settings) / sizeof(tuning_settings[0]));
}
