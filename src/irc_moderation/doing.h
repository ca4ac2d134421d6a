/*
 * Who changed something in a channel, when, and whether it was anybody's own
 * doing: what we do ourselves, servers (after a split) and services (on
 * joining) is automatic.
 */
#ifndef IRC_MODERATION_DOING_H
#define IRC_MODERATION_DOING_H

#include "irc_people/folk.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct irc_doing {
	struct buf by; /* decoded; empty: not known */
	int64_t at_ms; /* wall; 0: not known */
	bool is_automatic;
};

/* Nobody's. */
void irc_doing_init(struct irc_doing *doing);
void irc_doing_release(struct irc_doing *doing);
/* Whose message this is, of now. */
void irc_doing_of_message(struct irc_doing *doing, const struct irc_folk *folk,
	const struct irc_message *message);
/* As lists tell it: a nick, nick!user@host, the name of a server, or "". */
void irc_doing_of_setter(struct irc_doing *doing, const struct irc_folk *folk,
	const char *setter, int64_t at_ms);
/* NULL: not known. */
const char *irc_doing_by(const struct irc_doing *doing);

#endif
