/*
 * Keeps what is known of our channels true: one row per command or numeric says
 * which handler applies it. Pure: messages in. Reading is irc/channel.h.
 *
 * Only channels that irc_track_enter() was called for exist; messages about
 * others change nothing. Bounds: those of irc/channel.h and irc/people.h, and
 * IRC_TRACK_CHANNELS_MAX.
 */
#ifndef IRC_TRACK_H
#define IRC_TRACK_H

#include "irc/channel.h"
#include "irc/message.h"
#include "irc/people.h"

#include <stdbool.h>
#include <stddef.h>

enum { IRC_TRACK_CHANNELS_MAX = 10000 };

/* What to ask with WHO on servers with WHOX, so that 354 can be read. */
#define IRC_TRACK_WHOX_TOKEN "725"
#define IRC_TRACK_WHOX "%tcuhnfar," IRC_TRACK_WHOX_TOKEN

struct irc_track {
	const struct irc_isupport *isupport; /* borrowed */
	struct irc_people people;
	struct irc_channel *channels;
	/* Channels of the one the last message was about; see below. */
	const struct irc_channel **affected;
	size_t affected_count;
	size_t affected_size;
};

void irc_track_init(
	struct irc_track *track, const struct irc_isupport *isupport);
/* Forgets everything: the link is down. The case mapping that ISUPPORT says
 * now holds from here on. */
void irc_track_clear(struct irc_track *track);
void irc_track_release(struct irc_track *track);

/* We are in it now: made anew. False at a ceiling. */
bool irc_track_enter(struct irc_track *track, const char *channel);
/* We are not. */
void irc_track_leave(struct irc_track *track, const char *channel);
const struct irc_channel *irc_track_find(
	const struct irc_track *track, const char *channel);

/*
 * Applies one message that happens now (not history). `has_multi_prefix`: do
 * NAMES and WHO show all ranks? Our own PART and KICK are left to
 * irc_track_leave().
 */
void irc_track_take(struct irc_track *track, const struct irc_message *msg,
	bool has_multi_prefix);
/*
 * After irc_track_take() of QUIT, NICK, ACCOUNT, CHGHOST, SETNAME or AWAY: the
 * i-th channel that the person shares with us (for QUIT: shared), NULL past the
 * end and for other messages.
 */
const struct irc_channel *irc_track_affected(
	const struct irc_track *track, size_t i);

#endif
