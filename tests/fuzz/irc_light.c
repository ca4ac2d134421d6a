/*
 * irc_light_is_of_others(): of the lines that can be parsed, none that comes
 * from us, is said to us or throws us out is passed over, and no word of the
 * server's.
 */
#include "irc/light.h"
#include "irc/message.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_BYTES = 4096 };

static const char OWN[] = "me[c]";

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_own(const char *nick)
{
	return irc_casemap_equal(IRC_CASEMAP_RFC1459, nick, OWN);
}

static void check(const struct irc_message *msg)
{
	must(!is_own(msg->source.nick));
	must(*msg->source.nick != '\0' || *msg->source.raw != '\0');
	must(msg->numeric < 0 || msg->numeric == 353);
	must(!irc_message_tag(msg, "label"));
	if (irc_message_is(msg, "KICK"))
		must(!is_own(irc_message_param(msg, 1)));
	else if (irc_message_is(msg, "PRIVMSG") ||
		 irc_message_is(msg, "NOTICE") || irc_message_is(msg, "MODE"))
		must(!is_own(irc_message_param(msg, 0)));
	must(!irc_message_is(msg, "PING") && !irc_message_is(msg, "ERROR") &&
		!irc_message_is(msg, "BATCH") && !irc_message_is(msg, "FAIL"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct irc_light light = {
		.map = IRC_CASEMAP_RFC1459,
		.own_nick = OWN,
		.wanted_nick = "me",
	};
	struct irc_message msg;
	char line[SIZE_MAX_BYTES + 1];

	if (size > SIZE_MAX_BYTES)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	if (irc_light_is_of_others(&light, line, size) &&
		irc_message_parse(&msg, line, size) == IRC_PARSE_OK)
		check(&msg);
	return 0;
}
