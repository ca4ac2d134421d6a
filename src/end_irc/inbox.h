/*
 * Events of one channel that wait to be presented, oldest first, as copies.
 * At most IRC_INBOX_MAX of them and IRC_INBOX_BYTES of text; what finds no room
 * is refused, and what that means is the owner's business.
 */
#ifndef END_IRC_INBOX_H
#define END_IRC_INBOX_H

#include "model/event.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum { IRC_INBOX_MAX = 2000, IRC_INBOX_BYTES = 1024 * 1024 };

struct irc_inbox {
	struct irc_letter *first;
	struct irc_letter *by_id; /* those that have an id */
	size_t count;
	size_t bytes;
};

/* A zeroed one is empty. */
void irc_inbox_release(struct irc_inbox *inbox);
/* 0, or -ENOBUFS. */
int irc_inbox_add(
	struct irc_inbox *inbox, const struct event *event) MUST_CHECK;
/* NULL when empty; valid until it is popped or removed. */
const struct event *irc_inbox_head(const struct irc_inbox *inbox);
void irc_inbox_pop(struct irc_inbox *inbox);
/* Forgets the one with this source id; false when there is none. */
bool irc_inbox_remove(struct irc_inbox *inbox, const char *source_id);

#endif
