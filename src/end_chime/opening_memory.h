/*
 * What is remembered of a mapping's channel: facts in the space "room MAPPING",
 * each the ARN of the channel that it was about.
 *
 *	channel  found or created by its name
 *	name     that name, as the mapping gave it (the one that is no ARN)
 *	joined   where the bridge's user is a member, as was checked
 *	created  made by us
 *	made     the bridge's user was made a member by us
 *	found    and there it was one before
 */
#ifndef END_CHIME_OPENING_MEMORY_H
#define END_CHIME_OPENING_MEMORY_H

#include "model/store.h"
#include "util/attr.h"

#define OPENING_CHANNEL "channel"
#define OPENING_NAME "name"
#define OPENING_JOINED "joined"
#define OPENING_CREATED "created"
#define OPENING_MADE "made"
#define OPENING_FOUND "found"

/* Owned strings; NULL: nothing is known. */
struct opening_memory {
	char *channel;
	char *name;
	char *joined;
	char *created;
	char *made;
	char *found;
};

/* Reads from disk. Release it after use, also when it fails. */
int opening_recall(struct store *store, const char *mapping,
	struct opening_memory *ret) MUST_CHECK;
void opening_memory_release(struct opening_memory *memory);
/* The channel that a mapping found by this name, or NULL. Where no name is
 * remembered it was this one. */
const char *opening_memory_channel(
	const struct opening_memory *memory, const char *name);

void opening_remember(struct store *store, const char *mapping, const char *key,
	const char *value);
/* All that the space holds. Reads from disk. */
void opening_forget_all(struct store *store, const char *mapping);

#endif
