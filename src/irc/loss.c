#include "irc/loss.h"

#include "irc/numeric.h"
#include "util/attr.h"
#include "util/str.h"

#include <stddef.h>
#include <string.h>

enum { YOU_WILL_BE_BANNED = 466 };

struct loss_word {
	const char *word; /* in small letters */
	enum irc_loss loss;
};

/* The first that occurs decides: "autokilled" is a ban, not a kill. */
static const struct loss_word WORDS[] = {
	{"k-line", IRC_LOSS_BANNED},
	{"k:line", IRC_LOSS_BANNED},
	{"kline", IRC_LOSS_BANNED},
	{"g-line", IRC_LOSS_BANNED},
	{"g:line", IRC_LOSS_BANNED},
	{"gline", IRC_LOSS_BANNED},
	{"z-line", IRC_LOSS_BANNED},
	{"z:line", IRC_LOSS_BANNED},
	{"zline", IRC_LOSS_BANNED},
	{"d-line", IRC_LOSS_BANNED},
	{"d:line", IRC_LOSS_BANNED},
	{"dline", IRC_LOSS_BANNED},
	{"akill", IRC_LOSS_BANNED},
	{"autokill", IRC_LOSS_BANNED},
	{"throttl", IRC_LOSS_THROTTLED},
	{"too fast", IRC_LOSS_THROTTLED},
	{"too many", IRC_LOSS_THROTTLED},
	{"no more connections", IRC_LOSS_THROTTLED},
	{"maximum connections", IRC_LOSS_THROTTLED},
	{"connection limit", IRC_LOSS_THROTTLED},
	{"session limit", IRC_LOSS_THROTTLED},
	{"kill", IRC_LOSS_KILLED},
	{"flood", IRC_LOSS_KILLED},
	{"recvq", IRC_LOSS_KILLED},
	{"sendq", IRC_LOSS_KILLED},
	{"banned", IRC_LOSS_BANNED},
	{"not welcome", IRC_LOSS_BANNED},
	{"no authorization", IRC_LOSS_BANNED},
	{"not authorized", IRC_LOSS_BANNED},
	{"unauthorized", IRC_LOSS_BANNED},
	{"bad password", IRC_LOSS_REFUSED},
	{"password mismatch", IRC_LOSS_REFUSED},
	{"access denied", IRC_LOSS_REFUSED},
	{"sasl", IRC_LOSS_REFUSED},
	{"webirc", IRC_LOSS_REFUSED},
};

static bool contains_nocase(const char *text, const char *word)
{
	size_t i;

	for (; *text; text++) {
		for (i = 0; word[i] && ascii_lower(text[i]) == word[i];)
			i++;
		if (!word[i])
			return true;
	}
	return false;
}

enum irc_loss irc_loss_of_error(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		if (contains_nocase(text, WORDS[i].word))
			return WORDS[i].loss;
	return IRC_LOSS_NORMAL;
}

static const struct loss_numeric {
	int numeric;
	enum irc_loss loss;
} NUMERICS[] = {
	{ERR_NOPERMFORHOST, IRC_LOSS_BANNED},
	{ERR_PASSWDMISMATCH, IRC_LOSS_REFUSED},
	{ERR_YOUREBANNEDCREEP, IRC_LOSS_BANNED},
	{YOU_WILL_BE_BANNED, IRC_LOSS_BANNED},
};

bool irc_loss_of_message(
	const struct irc_message *msg, const char *own_nick, enum irc_loss *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(NUMERICS); i++)
		if (msg->numeric == NUMERICS[i].numeric) {
			*ret = NUMERICS[i].loss;
			return true;
		}
	if (irc_message_is(msg, "ERROR")) {
		*ret = irc_loss_of_error(irc_message_last(msg));
		return true;
	}
	if (irc_message_is(msg, "KILL") &&
		str_eq_nocase(irc_message_param(msg, 0), own_nick)) {
		*ret = IRC_LOSS_KILLED;
		return true;
	}
	return false;
}

static const struct loss_row {
	const char *name;
	int64_t wait_ms;
} ROWS[] = {
	[IRC_LOSS_NORMAL] = {"lost", 0},
	[IRC_LOSS_THROTTLED] = {"throttled", 30 * 1000},
	[IRC_LOSS_KILLED] = {"killed", 30 * 1000},
	[IRC_LOSS_UNSERVED] = {"not served", 30 * 1000},
	[IRC_LOSS_UNTRUSTED] = {"untrusted certificate", 5 * 60 * 1000},
	[IRC_LOSS_SASL] = {"SASL refused", 5 * 60 * 1000},
	[IRC_LOSS_REFUSED] = {"refused", 5 * 60 * 1000},
	[IRC_LOSS_BANNED] = {"banned", 15 * 60 * 1000},
};

int64_t irc_loss_wait_ms(enum irc_loss loss)
{
	return ROWS[loss].wait_ms;
}

const char *irc_loss_name(enum irc_loss loss)
{
	return ROWS[loss].name;
}
