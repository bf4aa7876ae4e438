/* The first commands of a connection. */
#include "worker/store/redis/greeting.h"

#include <stdio.h>

static enum err
add(struct command_queue *out, int argc, const char *const *argv)
{
	struct command *c = command_new(NULL, argc, argv, NULL);

	if (!c)
		return ERR_NO_MEMORY;
	/* The attempt to connect has a time limit of its own. */
	c->due_ms = UINT64_MAX;
	command_push(out, c);
	return ERR_OK;
}

enum err
greeting_make(
    struct command_queue *out, const struct redis_address *to, const char *name)
{
	const char *auth[] = { "AUTH", to->user, to->password };
	const char *auth_default[] = { "AUTH", to->password };
	char db[12];
	const char *select[] = { "SELECT", db };
	const char *setname[] = { "CLIENT", "SETNAME", name };
	const char *ping[] = { "PING" };
	enum err err = ERR_OK;

	snprintf(db, sizeof(db), "%d", to->db);
	if (to->user[0])
		err = add(out, 3, auth);
	else if (to->password[0])
		err = add(out, 2, auth_default);
	if (err == ERR_OK && to->db != 0)
		err = add(out, 2, select);
	if (err == ERR_OK)
		err = add(out, 3, setname);
	if (err == ERR_OK)
		err = add(out, 1, ping);
	return err;
}
