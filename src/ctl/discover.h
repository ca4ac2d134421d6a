/*
 * The command "discover": the channels that a mapping could name.
 */
#ifndef CTL_DISCOVER_H
#define CTL_DISCOVER_H

#include "ctl/channels.h"
#include "ctl/chime_session.h"
#include "ctl/command.h"
#include "util/attr.h"
#include "util/err.h"

/*
 * Those that the user is in, moderates or may find, all pages; PRIVATE ones
 * too where it may list them. 0, or a negative code with `err`.
 */
int discover_channels(struct chime_session *session, const char *user,
	struct channels *channels, struct err *err) MUST_CHECK;

extern const struct command command_discover;

#endif
