/*
 * What became of deliveries, as one line of text each in the order of their
 * callbacks, for tests of irc/delivery.h.
 */
#ifndef SUPPORT_IRC_OUTCOMES_H
#define SUPPORT_IRC_OUTCOMES_H

#include "irc_peer.h"

#include "irc/delivery.h"

/* Capabilities for each way of knowing. */
#define WITH_LABELS "batch echo-message labeled-response message-tags"
#define WITH_RELAY_AND_LABELS                                                  \
	"batch draft/relaymsg echo-message labeled-response message-tags"
#define WITH_RELAY_AND_ECHO "draft/relaymsg echo-message message-tags"
#define WITH_ECHO "echo-message message-tags"

/* Empties the log: call it in the setup. */
void irc_outcomes_init(void);
/* PRIVMSG `text` to `channel`; the callback logs "text: confirmed ID",
 * "text: blocked: why" and so on. The handle, for irc_delivery_cancel(). */
struct irc_delivery *irc_outcomes_say(
	struct irc_peer *peer, const char *channel, const char *text);
/* The same under another nick, with RELAYMSG. */
struct irc_delivery *irc_outcomes_relay(struct irc_peer *peer,
	const char *relay_nick, const char *channel, const char *text);
/* The log, a '\n' behind each line, is exactly this; empties it. */
#define assert_outcomes(text) irc_outcomes_assert(text, __FILE__, __LINE__)
void irc_outcomes_assert(const char *text, const char *file, int line);

/* READY with these capabilities (NULL: none) and in #a and #b. */
void irc_outcomes_ready(struct irc_peer *peer, const char *caps);

#endif
