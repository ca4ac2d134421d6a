/*
 * The tracker's handlers of NAMES and WHO replies, and what all its handlers
 * are given. Internal to irc/track.h.
 */
#ifndef IRC_TRACK_NAMES_H
#define IRC_TRACK_NAMES_H

#include "irc/track.h"

/* One message on its way through the handlers. */
struct track_step {
	struct irc_track *track;
	const struct irc_message *msg;
	bool has_multi_prefix;
	struct irc_channel *channel; /* of the row's parameter, or NULL */
	struct irc_person *person;   /* the source, or NULL */
};

typedef void track_fn(struct track_step *step);

track_fn irc_track_on_315;
track_fn irc_track_on_352;
track_fn irc_track_on_353;
track_fn irc_track_on_354;
track_fn irc_track_on_366;

#endif
