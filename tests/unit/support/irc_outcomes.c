#include "irc_outcomes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct buf outcomes;

void irc_outcomes_init(void)
{
	buf_init(&outcomes, PEER_LOG_BYTES);
}

static void outcomes_on_result(
	const struct irc_delivery_result *result, void *arg)
{
	static const char *const NAMES[] = {
		[IRC_DELIVERY_CONFIRMED] = "confirmed",
		[IRC_DELIVERY_REFUSED] = "refused",
		[IRC_DELIVERY_BLOCKED] = "blocked",
		[IRC_DELIVERY_UNSENT] = "unsent",
		[IRC_DELIVERY_LOST] = "lost",
	};
	const char *text = arg;

	buf_addf(&outcomes, "%s: %s", text, NAMES[result->outcome]);
	if (*result->msgid)
		buf_addf(&outcomes, " %s", result->msgid);
	if (result->is_relay_refused)
		buf_adds(&outcomes, " as relay");
	if (*result->why)
		buf_addf(&outcomes, ": %s", result->why);
	buf_addc(&outcomes, '\n');
}

struct irc_delivery *irc_outcomes_say(
	struct irc_peer *peer, const char *channel, const char *text)
{
	return irc_outcomes_relay(peer, NULL, channel, text);
}

struct irc_delivery *irc_outcomes_relay(struct irc_peer *peer,
	const char *relay_nick, const char *channel, const char *text)
{
	struct irc_delivery *delivery = NULL;
	size_t before = outcomes.len;

	assert_int_equal(
		irc_deliver(peer->conn,
			&(struct irc_delivery_request){
				.command = "PRIVMSG",
				.channel = channel,
				.text = text,
				.text_len = strlen(text),
				.relay_nick = relay_nick,
			},
			outcomes_on_result, (void *)(uintptr_t)text, &delivery),
		0);
	assert_non_null(delivery);
	/* Never from inside the call. */
	assert_int_equal(outcomes.len, before);
	return delivery;
}

void irc_outcomes_assert(const char *text, const char *file, int line)
{
	_assert_string_equal(outcomes.data, text, file, line);
	buf_release(&outcomes);
}

void irc_outcomes_ready(struct irc_peer *peer, const char *caps)
{
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, caps, "CHANTYPES=#");
	irc_peer_join(peer, "#a");
	irc_peer_join(peer, "#b");
}
