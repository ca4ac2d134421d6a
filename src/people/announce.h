/*
 * Comings and goings in words, for a room where those people cannot be seen:
 * "Ann, Bob and 3 others have joined in Chime". What happens within
 * ANNOUNCE_MS is one line; who comes and goes within it is not mentioned. At
 * most ANNOUNCE_NAMES of each sort are remembered by name until then, the
 * others are only counted.
 */
#ifndef PEOPLE_ANNOUNCE_H
#define PEOPLE_ANNOUNCE_H

#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	ANNOUNCE_MS = 3000,
	ANNOUNCE_NAMES = 16,
	ANNOUNCE_SPOKEN = 3, /* names in a line */
	ANNOUNCE_TEXT_BYTES = 1024,
};

struct announced {
	char *id;
	char *name;
};

struct announced_list {
	struct announced *people; /* ANNOUNCE_NAMES; NULL: none yet */
	size_t count;
	size_t others;
};

struct announce {
	struct timer *timer;
	struct announced_list joined, left;
	/* Whether this person, who joined, is still to be mentioned: may be
	 * shown by now. */
	bool (*is_news)(void *arg, const char *person_id);
	void (*say)(void *arg, const char *text);
	void *arg;
};

/* `is_news`, `say` and `arg` are set by the owner. */
void announce_init(struct announce *announce, struct loop *loop);
void announce_release(struct announce *announce);
void announce_joined(
	struct announce *announce, const char *person_id, const char *name);
void announce_left(
	struct announce *announce, const char *person_id, const char *name);

#endif
