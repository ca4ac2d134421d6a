#include "end_irc/voices.h"

#include "end_irc/cast_private.h"
#include "irc_words/nickname.h"
#include "irc_words/shown_name.h"
#include "util/str.h"

#include <stdio.h>

static void copy_span(char *out, size_t size, struct span span)
{
	(void)snprintf(out, size, "%.*s", (int)span.len, span.p);
}

static void use_puppet(struct irc_voice *voice, const struct irc_puppet *puppet)
{
	voice->way = IRC_WAY_PUPPET;
	voice->conn = irc_puppet_conn(puppet);
	(void)snprintf(voice->nick, sizeof(voice->nick), "%s",
		irc_puppet_nick(puppet));
}

/* 0: settled, `ret` says how. */
static int64_t puppet_voice(struct irc_cast *cast, struct irc_role *role,
	struct irc_puppet *puppet, int64_t waited_ms, struct irc_voice *ret)
{
	int64_t eta_ms;

	if (irc_puppet_is_in(puppet, cast->channel)) {
		use_puppet(ret, puppet);
		role->has_given_up = false;
		cast->waits_in_vain = 0;
		return 0;
	}
	irc_puppet_join(puppet, cast->channel, cast->key);
	eta_ms = irc_puppets_eta_ms(cast->params.puppets, puppet);
	if (waited_ms >= VOICE_WAIT_MS && !role->has_given_up)
		cast->waits_in_vain++;
	if (role->has_given_up || cast->waits_in_vain >= VOICE_VAIN_MAX ||
		eta_ms < 0 || eta_ms > VOICE_ETA_MS ||
		waited_ms >= VOICE_WAIT_MS ||
		irc_puppet_refusal(puppet, cast->channel)) {
		role->has_given_up = true;
		return 0;
	}
	irc_puppets_hurry(cast->params.puppets, puppet);
	return VOICE_WAIT_MS - waited_ms;
}

static bool is_barred(const struct irc_cast *cast, const struct irc_role *role)
{
	int64_t now_ms = loop_now_ms(cast->loop);

	return role &&
	       (role->away_until_ms > now_ms || role->mute_until_ms > now_ms);
}

static int64_t shown_voice(struct irc_cast *cast, const struct rendered *r,
	int64_t waited_ms, struct irc_voice *ret)
{
	char id[RENDER_ID_BYTES], name[SHOWN_NAME_BYTES + 1];
	struct irc_puppet *puppet;
	struct irc_role *role;
	const char *why;

	copy_span(id, sizeof(id), r->id);
	copy_span(name, sizeof(name), r->name);
	if (is_barred(cast, irc_cast_find(cast, id)))
		return 0;
	puppet = irc_puppets_get(cast->params.puppets, id, name, &why);
	if (!puppet)
		return 0;
	role = irc_cast_get(cast, id, NULL);
	role->obstacle = NULL;
	irc_cast_name(cast, role, name);
	return puppet_voice(cast, role, puppet, waited_ms, ret);
}

static bool relay_nick(const struct irc_cast *cast, const struct rendered *r,
	char ret[IRC_NICK_BYTES])
{
	const char *separators = irc_conn_relay_separators(cast->params.conn);
	char name[SHOWN_NAME_BYTES + 1];

	if (!cast->params.relaymsg || !separators || r->is_unshown ||
		!str_eq(r->command, "PRIVMSG"))
		return false;
	copy_span(name, sizeof(name), r->name);
	irc_nickname_relay(ret, separators, name,
		irc_conn_isupport(cast->params.conn)->nicklen);
	return true;
}

int64_t irc_cast_voice(struct irc_cast *cast, const struct rendered *rendered,
	int64_t waited_ms, struct irc_voice *ret)
{
	int64_t wait_ms = 0;

	ret->way = IRC_WAY_BRIDGE;
	ret->conn = cast->params.conn;
	if (rendered->is_unshown)
		return 0;
	if (cast->params.puppets)
		wait_ms = shown_voice(cast, rendered, waited_ms, ret);
	if (wait_ms > 0 || ret->way == IRC_WAY_PUPPET)
		return wait_ms;
	if (loop_now_ms(cast->loop) >= cast->relay_off_until_ms &&
		relay_nick(cast, rendered, ret->nick))
		ret->way = IRC_WAY_RELAY;
	return 0;
}

bool irc_cast_past_voice(const struct irc_cast *cast,
	const struct rendered *rendered, enum irc_way way,
	struct irc_voice *ret)
{
	char id[RENDER_ID_BYTES], name[SHOWN_NAME_BYTES + 1];
	const struct irc_puppet *puppet;

	ret->way = way;
	ret->conn = cast->params.conn;
	if (way == IRC_WAY_RELAY)
		return relay_nick(cast, rendered, ret->nick);
	if (rendered->is_unshown || !cast->params.puppets)
		return false;
	copy_span(id, sizeof(id), rendered->id);
	copy_span(name, sizeof(name), rendered->name);
	puppet = irc_puppets_find(cast->params.puppets, id);
	if (puppet && irc_puppet_state(puppet) == IRC_PUPPET_READY)
		use_puppet(ret, puppet);
	else
		irc_puppets_nick(cast->params.puppets, id, name, ret->nick);
	return true;
}

void irc_cast_unheard(struct irc_cast *cast, const char *payload, size_t len,
	enum irc_way way, const char *why)
{
	char id[RENDER_ID_BYTES];
	struct rendered r;
	struct irc_role *role;

	(void)why;
	if (way == IRC_WAY_RELAY)
		cast->relay_off_until_ms =
			loop_now_ms(cast->loop) + VOICE_RELAY_MS;
	if (way != IRC_WAY_PUPPET || render_read(&r, payload, len) < 0)
		return;
	copy_span(id, sizeof(id), r.id);
	role = irc_cast_find(cast, id);
	if (role)
		role->mute_until_ms = loop_now_ms(cast->loop) + VOICE_MUTE_MS;
}
