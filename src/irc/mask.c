#include "irc/mask.h"

#include "irc/isupport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Only the last '*' is ever gone back to: an earlier one could not match more
 * than the later one can.
 */
bool irc_mask_match(enum irc_casemap map, const char *mask, const char *text)
{
	const char *star = NULL;
	const char *again = NULL;
	while (*text) {
		if (*mask == '*') {
			star = ++mask;
			again = text;
		} else if (*mask == '?' ||
			   irc_casemap_lower(map, *mask) ==
				   irc_casemap_lower(map, *text)) {
			mask++;
			text++;
		} else if (star) {
			mask = star;
			text = ++again;
		} else {
			return false;
		}
	}
	return mask[strspn(mask, "*")] == '\0';
}

bool irc_mask_has_wildcard(const char *mask)
{
	return strpbrk(mask, "*?") != NULL;
}

/* "a", "a:x", "account:x" behind prefix and negation? */
static bool is_extban_body(
	const struct irc_extban *extban, const char *body, bool needs_value)
{
	static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz_-";
	size_t name = strspn(body, name_bytes);
	/* Hex digits alone begin an IPv6 address. */
	if (name > 1 && body[name] == ':' && strspn(body, "abcdef") < name)
		return true;
	if (!body[0] || !strchr(extban->types, body[0]))
		return false;
	return body[1] == ':' || (!body[1] && !needs_value);
}

bool irc_mask_is_extban(const struct irc_isupport *isupport, const char *mask)
{
	const struct irc_extban *extban = &isupport->extban;
	if (!extban->known)
		return false;
	if (extban->prefix) {
		if (mask[0] != extban->prefix)
			return false;
		mask++;
	}
	if (mask[0] == '!' || mask[0] == '~')
		mask++;
	return is_extban_body(extban, mask, !extban->prefix);
}

static bool is_sendable(const char *mask)
{
	if (!*mask || *mask == ':')
		return false;
	for (; *mask; mask++) {
		unsigned char c = (unsigned char)*mask;
		if (c <= ' ' || c == 0x7f)
			return false;
	}
	return true;
}

/* Appends the part, "*" when it is empty, without runs of '*'. */
static size_t add_part(char *out, size_t at, const char *part, size_t len)
{
	if (!len)
		out[at++] = '*';
	for (size_t i = 0; i < len; i++) {
		if (part[i] == '*' && i && part[i - 1] == '*')
			continue;
		out[at++] = part[i];
	}
	return at;
}

struct parts {
	struct part {
		const char *p;
		size_t len;
	} nick, user, host;
};

static struct parts split_mask(const char *mask)
{
	struct parts parts = {0};
	const char *at = strchr(mask, '@');
	const char *bang = strchr(mask, '!');
	if (bang && at && at < bang)
		bang = NULL;
	const char *end = mask + strlen(mask);
	if (!at && !bang && strpbrk(mask, ".:")) {
		parts.host = (struct part){mask, (size_t)(end - mask)};
		return parts;
	}
	const char *user = bang ? bang + 1 : at ? mask : NULL;
	const char *user_end = at ? at : end;
	if (bang || !at)
		parts.nick = (struct part){
			mask, (size_t)((bang ? bang : end) - mask)};
	if (user)
		parts.user = (struct part){user, (size_t)(user_end - user)};
	if (at)
		parts.host = (struct part){at + 1, (size_t)(end - at - 1)};
	return parts;
}

int irc_mask_normalise(const struct irc_isupport *isupport, const char *mask,
	char out[IRC_MASK_BYTES])
{
	if (!is_sendable(mask))
		return -EINVAL;
	/* Up to three stars, '!' and '@' are added. */
	if (strlen(mask) + 6 > IRC_MASK_BYTES)
		return -E2BIG;
	if (irc_mask_is_extban(isupport, mask)) {
		snprintf(out, IRC_MASK_BYTES, "%s", mask);
		return 0;
	}
	struct parts parts = split_mask(mask);
	size_t at = add_part(out, 0, parts.nick.p, parts.nick.len);
	out[at++] = '!';
	at = add_part(out, at, parts.user.p, parts.user.len);
	out[at++] = '@';
	at = add_part(out, at, parts.host.p, parts.host.len);
	out[at] = '\0';
	return 0;
}
