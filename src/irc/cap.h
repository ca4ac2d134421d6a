/*
 * Capability negotiation (https://ircv3.net/specs/extensions/capability-
 * negotiation, version 302): what the server offers, with its values, and what
 * of the things we know how to use is enabled. Pure: CAP messages in, the texts
 * of CAP REQ out, one outstanding at a time.
 *
 * Works with servers that never answer: nothing is enabled then. What a server
 * refuses in company is asked for alone, once.
 */
#ifndef IRC_CAP_H
#define IRC_CAP_H

#include "irc/message.h"
#include "util/buf.h"

#include <stdbool.h>

/* Every capability that is asked for when it is offered: id and name. */
#define IRC_CAPS(X)                                                            \
	X(ACCOUNT_NOTIFY, "account-notify")                                    \
	X(ACCOUNT_TAG, "account-tag")                                          \
	X(AWAY_NOTIFY, "away-notify")                                          \
	X(BATCH, "batch")                                                      \
	X(CAP_NOTIFY, "cap-notify")                                            \
	X(CHGHOST, "chghost")                                                  \
	X(CHANNEL_RENAME, "draft/channel-rename")                              \
	X(CHATHISTORY, "draft/chathistory")                                    \
	X(EVENT_PLAYBACK, "draft/event-playback")                              \
	X(READ_MARKER, "draft/read-marker")                                    \
	X(RELAYMSG, "draft/relaymsg")                                          \
	X(ECHO_MESSAGE, "echo-message")                                        \
	X(EXTENDED_JOIN, "extended-join")                                      \
	X(INVITE_NOTIFY, "invite-notify")                                      \
	X(LABELED_RESPONSE, "labeled-response")                                \
	X(MESSAGE_TAGS, "message-tags")                                        \
	X(MULTI_PREFIX, "multi-prefix")                                        \
	X(SASL, "sasl")                                                        \
	X(SERVER_TIME, "server-time")                                          \
	X(SETNAME, "setname")                                                  \
	X(STANDARD_REPLIES, "standard-replies")                                \
	X(USERHOST_IN_NAMES, "userhost-in-names")

enum irc_cap {
#define X(id, name) IRC_CAP_##id,
	IRC_CAPS(X)
#undef X
		IRC_CAP_COUNT
};

enum { IRC_CAP_VALUE_BYTES = 512 }; /* with the NUL; longer ones are cut */

struct irc_cap_entry {
	bool is_wanted;  /* ask for it when offered */
	bool is_offered; /* in LS or NEW, not in DEL */
	bool is_enabled;
	bool is_asked;   /* in the outstanding REQ */
	bool is_refused; /* NAKed alone */
	bool is_alone;   /* NAKed in company: ask for it by itself */
	char *value;     /* NULL: none */
};

struct irc_caps {
	struct irc_cap_entry of[IRC_CAP_COUNT];
	bool is_listed; /* the whole of LS has come */
	unsigned asked; /* capabilities in the outstanding REQ */
};

/* Nothing is known; all of them are wanted. */
void irc_caps_init(struct irc_caps *caps);
/* As after irc_caps_init(). */
void irc_caps_release(struct irc_caps *caps);
/* It will not be asked for. */
void irc_caps_unwant(struct irc_caps *caps, enum irc_cap cap);
/* Takes CAP; true when it was CAP. Ask irc_caps_request() afterwards. */
bool irc_caps_take(struct irc_caps *caps, const struct irc_message *msg);
/*
 * Puts the text of the next "CAP REQ :text" into `out` (emptied first) when
 * one should be sent now; false when there is none. Counts as sent.
 */
bool irc_caps_request(struct irc_caps *caps, struct buf *out);
/* Listed, and all that was asked for is answered. */
bool irc_caps_is_settled(const struct irc_caps *caps);

bool irc_caps_has(const struct irc_caps *caps, enum irc_cap cap);
/* By name; false for names that are not in the table. */
bool irc_caps_has_name(const struct irc_caps *caps, const char *name);
/* Offered with this value; "" when without, NULL when not offered. */
const char *irc_caps_value(const struct irc_caps *caps, enum irc_cap cap);
const char *irc_cap_name(enum irc_cap cap);

#endif
