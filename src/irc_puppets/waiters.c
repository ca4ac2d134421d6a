#include "irc_puppets/waiters.h"

#include "util/alloc.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

struct irc_waiter {
	char *id;
	UT_hash_handle hh;
};

static struct irc_waiter *find(
	const struct irc_waiters *waiters, const char *id)
{
	struct irc_waiter *waiter;

	HASH_FIND_STR(waiters->all, id, waiter);
	return waiter;
}

void irc_waiters_add(struct irc_waiters *waiters, const char *id)
{
	struct irc_waiter *waiter;

	if (find(waiters, id) || HASH_COUNT(waiters->all) >= WAITERS_MAX)
		return;
	waiter = xcalloc(1, sizeof(*waiter));
	waiter->id = xstrdup(id);
	HASH_ADD_KEYPTR(
		hh, waiters->all, waiter->id, strlen(waiter->id), waiter);
}

/* The id is the caller's. */
static char *take(struct irc_waiters *waiters, struct irc_waiter *waiter)
{
	char *id = waiter->id;

	HASH_DEL(waiters->all, waiter);
	free(waiter);
	return id;
}

void irc_waiters_remove(struct irc_waiters *waiters, const char *id)
{
	struct irc_waiter *waiter = find(waiters, id);

	if (waiter)
		free(take(waiters, waiter));
}

char *irc_waiters_take(struct irc_waiters *waiters)
{
	return waiters->all ? take(waiters, waiters->all) : NULL;
}

void irc_waiters_release(struct irc_waiters *waiters)
{
	while (waiters->all)
		free(take(waiters, waiters->all));
}
