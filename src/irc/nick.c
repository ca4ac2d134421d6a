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

void irc_nick_choice(const char *wanted, unsigned n, unsigned nicklen,
	char ret[IRC_NICK_BYTES])
{
	size_t limit = IRC_NICK_BYTES - 1;
	char suffix[16] = "";
	size_t suffix_len;
	size_t len;

	if (n > 0 && n <= UNDERSCORES)
		memset(suffix, '_', n);
	else if (n > UNDERSCORES)
		(void)snprintf(suffix, sizeof(suffix), "%u", n - UNDERSCORES);
	suffix_len = strlen(suffix);
	if (nicklen > 0 && nicklen < limit)
		limit = nicklen;
	len = nick_cut(wanted, limit > suffix_len ? limit - suffix_len : 0);
	(void)snprintf(ret, IRC_NICK_BYTES, "%.*s%s", (int)len, wanted, suffix);
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

void irc_nick_tame(const char *wanted, char ret[IRC_NICK_BYTES])
{
	size_t len = 0;

	for (; *wanted && len < IRC_NICK_BYTES - 1; wanted++)
		if (len ? nick_is_later_letter(*wanted)
			: nick_is_letter(*wanted))
			ret[len++] = *wanted;
	ret[len] = '\0';
	if (len == 0)
		(void)snprintf(ret, IRC_NICK_BYTES, "guest");
}
