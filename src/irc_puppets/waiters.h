/*
 * Who got no connection since there were as many as are allowed: in order, to
 * be told of the place that becomes free. Whoever gets one meanwhile is taken
 * out.
 *
 * Bounds: WAITERS_MAX; those past it are not told, and ask again by themselves.
 */
#ifndef IRC_PUPPETS_WAITERS_H
#define IRC_PUPPETS_WAITERS_H

#include "util/attr.h"

enum { WAITERS_MAX = 20000 };

struct irc_waiter;

/* Begins as {NULL}. */
struct irc_waiters {
	struct irc_waiter *all; /* by id; the first is the oldest */
};

void irc_waiters_release(struct irc_waiters *waiters);
/* To the end; who is there already keeps their place. */
void irc_waiters_add(struct irc_waiters *waiters, const char *id);
void irc_waiters_remove(struct irc_waiters *waiters, const char *id);
/* Takes the first one out; the id is the caller's, NULL: nobody waits. */
char *irc_waiters_take(struct irc_waiters *waiters) MUST_CHECK;

#endif
