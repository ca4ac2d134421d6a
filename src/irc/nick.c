#include "irc/nick.h"

#include "util/str.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { UNDERSCORES = 3 };

/* The longest prefix of at most `max` bytes that ends between characters. */
static size_t nick_cut(const char *nick, size_t max)
{
	size_t len = strlen(nick);

	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)nick[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static bool nick_is_letter(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c && strchr("_[]\\`^{|}", c));
}

static bool nick_is_later_letter(char c)
{
	return nick_is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

static bool nick_is_plain(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool nick_is_digit_or_dash(char c)
{
	return (c >= '0' && c <= '9') || c == '-';
}

static void nick_filter(
	const char *text, bool (*is_fine)(char c), char ret[IRC_NICK_BYTES])
{
	size_t len = 0;

	for (; *text && len < IRC_NICK_BYTES - 1; text++)
		if (is_fine(*text) &&
			(len > 0 || !nick_is_digit_or_dash(*text)))
			ret[len++] = *text;
	ret[len] = '\0';
}

static void nick_base(const char *wanted, enum irc_nick_manner manner,
	char ret[IRC_NICK_BYTES])
{
	if (manner == IRC_NICK_AS_IS)
		(void)snprintf(ret, IRC_NICK_BYTES, "%.*s",
			(int)nick_cut(wanted, IRC_NICK_BYTES - 1), wanted);
	else
		nick_filter(wanted,
			manner == IRC_NICK_TAME ? nick_is_later_letter
						: nick_is_plain,
			ret);
	if (*ret == '\0')
		(void)snprintf(ret, IRC_NICK_BYTES, "guest");
}

void irc_nick_tame(const char *wanted, char ret[IRC_NICK_BYTES])
{
	nick_base(wanted, IRC_NICK_TAME, ret);
}

/* It stands behind a letter: what may be inside a nick may be in it. */
static void nick_suffix(
	const struct irc_nick_wish *wish, char ret[IRC_NICK_BYTES])
{
	const char *from = str_or_empty(wish->suffix);
	size_t len = 0;

	for (; *from && len < IRC_NICK_BYTES - 1; from++)
		if (wish->manner == IRC_NICK_AS_IS ||
			(wish->manner == IRC_NICK_TAME
					? nick_is_later_letter(*from)
					: nick_is_plain(*from)))
			ret[len++] = *from;
	ret[len] = '\0';
}

/* What distinguishes the n-th choice from the others. */
static void nick_mark(unsigned n, bool has_suffix, char ret[16])
{
	*ret = '\0';
	if (n == 0)
		return;
	if (has_suffix)
		(void)snprintf(ret, 16, "%u", n + 1);
	else if (n <= UNDERSCORES)
		(void)snprintf(ret, 16, "%.*s", (int)n, "___");
	else
		(void)snprintf(ret, 16, "%u", n - UNDERSCORES);
}

static size_t nick_limit(const struct irc_nick_wish *wish)
{
	size_t limit = IRC_NICK_BYTES - 1;

	if (wish->nicklen == 0 && *str_or_empty(wish->suffix))
		return IRC_NICK_BYTES_GUESS;
	return wish->nicklen > 0 && wish->nicklen < limit ? wish->nicklen
							  : limit;
}

void irc_nick_choice(
	const struct irc_nick_wish *wish, unsigned n, char ret[IRC_NICK_BYTES])
{
	size_t limit = nick_limit(wish);
	char base[IRC_NICK_BYTES];
	char suffix[IRC_NICK_BYTES];
	char mark[16];
	const char *lead = "";
	size_t taken;

	nick_base(wish->wanted, wish->manner, base);
	nick_suffix(wish, suffix);
	nick_mark(n, *suffix != '\0', mark);
	if (*suffix && nick_is_digit_or_dash(*base))
		lead = "_";
	taken = strlen(lead) + strlen(mark) + strlen(suffix);
	if (*suffix && taken >= limit) {
		*suffix = '\0';
		nick_mark(n, false, mark);
		taken = strlen(lead) + strlen(mark);
	}
	(void)snprintf(ret, IRC_NICK_BYTES, "%s%.*s%s%s", lead,
		(int)nick_cut(base, limit > taken ? limit - taken : 0), base,
		mark, suffix);
}
