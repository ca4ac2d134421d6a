/*
 * Who speaks how in a channel: by their puppet, by RELAYMSG, or spoken for by
 * the bridge.
 *
 * Who speaks gets a puppet: their first message waits for it VOICE_WAIT_MS at
 * most, those behind it too; when VOICE_VAIN_MAX in a row were waited for in
 * vain, nobody is until one of them is in the channel. Whoever has been kicked
 * is relayed for CAST_AWAY_MS, unless admitted again; whose words a channel
 * does not take from a puppet, for VOICE_MUTE_MS.
 */
#ifndef END_IRC_VOICES_H
#define END_IRC_VOICES_H

#include "end_irc/cast.h"
#include "end_irc/draft.h"

enum {
	VOICE_WAIT_MS = 15 * 1000,
	VOICE_VAIN_MAX = 2,
	VOICE_ETA_MS = 10 * 1000, /* who takes longer is not waited for */
	VOICE_MUTE_MS = 60 * 1000,
	VOICE_RELAY_MS = 10 * 60 * 1000, /* RELAYMSG is not allowed: again */
};

/* For struct irc_outbound_params, with the cast in the place of `arg`. */
int64_t irc_cast_voice(struct irc_cast *cast, const struct rendered *rendered,
	int64_t waited_ms, struct irc_voice *ret);
bool irc_cast_past_voice(const struct irc_cast *cast,
	const struct rendered *rendered, enum irc_way way,
	struct irc_voice *ret);
void irc_cast_unheard(struct irc_cast *cast, const char *payload, size_t len,
	enum irc_way way, const char *why);

#endif
