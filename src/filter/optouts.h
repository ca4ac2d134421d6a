/*
 * People who do not want to be shown on the other side: the bridge's own user
 * speaks for them. By their id (struct person), durable (facts of space
 * "optout"), at most OPTOUTS_MAX.
 */
#ifndef FILTER_OPTOUTS_H
#define FILTER_OPTOUTS_H

#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>

enum { OPTOUTS_MAX = 20000 };

struct optouts;

/* The store is borrowed. Reads what is durable: blocks. NULL: it cannot be
 * read. */
struct optouts *optouts_new(struct store *store) MUST_CHECK;
void optouts_free(struct optouts *optouts); /* NULL is fine */

/* `name` is kept for whoever reads the state file. -EALREADY: they have;
 * -ENOSPC: there are too many. */
int optouts_add(struct optouts *optouts, const char *person_id,
	const char *name) MUST_CHECK;
/* -ENOENT */
int optouts_remove(struct optouts *optouts, const char *person_id) MUST_CHECK;
bool optouts_has(const struct optouts *optouts, const char *person_id);

#endif
