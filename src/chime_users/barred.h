/*
 * Who is kept out of which channel, as far as this process has seen: the last
 * BARRED_MAX of them. Of no effect here: for who asks whether it is worth
 * waiting for.
 */
#ifndef CHIME_USERS_BARRED_H
#define CHIME_USERS_BARRED_H

#include <stdbool.h>

enum { BARRED_MAX = 10000 };

/* Begins as {0}. */
struct barred {
	struct barred_entry *entries;
};

void barred_release(struct barred *barred);
bool barred_is(
	const struct barred *barred, const char *id, const char *channel);
void barred_set(struct barred *barred, const char *id, const char *channel,
	bool is_barred);

#endif
