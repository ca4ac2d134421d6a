#include "irc_moderation/ban_mask.h"

#include "util/buf.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Extended bans. */

struct extban {
	bool is_negated;
	struct span name;
	const char *value; /* NULL: none */
};

static struct extban split_extban(
	const struct irc_isupport *isupport, const char *mask)
{
	struct extban extban = {0};
	const char *colon;

	if (isupport->extban.prefix && *mask == isupport->extban.prefix)
		mask++;
	if (*mask == '!' || *mask == '~') {
		extban.is_negated = true;
		mask++;
	}
	colon = strchr(mask, ':');
	extban.name = (struct span){
		mask, colon ? (size_t)(colon - mask) : strlen(mask)};
	extban.value = colon ? colon + 1 : NULL;
	return extban;
}

/* By which letter accounts are banned, where the server does not say: as the
 * families of servers have it; 0: not at all. */
static char account_letter(const struct irc_isupport *isupport)
{
	const struct irc_extban *extban = &isupport->extban;
	char letter = extban->prefix ? 'a' : 'R';

	return extban->known && strchr(extban->types, letter) ? letter : '\0';
}

static bool is_account_name(
	const struct irc_isupport *isupport, struct span name)
{
	struct span names = span_of(isupport->accountextban);
	char letter = account_letter(isupport);

	if (name.len == 1 && letter && name.p[0] == letter)
		return true;
	if (name.len > 1 && span_is_nocase(name, "account"))
		return true;
	while (names.p) {
		struct span one = span_cut(&names, ',');
		if (one.len && one.len == name.len &&
			memcmp(one.p, name.p, one.len) == 0)
			return true;
	}
	return false;
}

static bool extban_fits(const struct irc_isupport *isupport, const char *mask,
	const struct irc_ban_face *face)
{
	struct extban extban = split_extban(isupport, mask);
	bool fits;

	if (!is_account_name(isupport, extban.name) ||
		(!*face->account && !face->is_account_known))
		return false;
	fits = *face->account != '\0';
	if (fits && extban.value)
		fits = irc_mask_match(
			isupport->casemap, extban.value, face->account);
	return fits != extban.is_negated;
}

/* Addresses. */

static int read_address(const char *text, unsigned char ret[16])
{
	if (inet_pton(AF_INET, text, ret) == 1)
		return 4;
	return inet_pton(AF_INET6, text, ret) == 1 ? 16 : 0;
}

static bool has_same_bits(
	const unsigned char *a, const unsigned char *b, uint64_t bits)
{
	for (uint64_t i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> (i % 8)))
			return false;
	return true;
}

/* "10.0.0.0/8" */
static bool network_fits(const char *network, const char *host)
{
	unsigned char a[16];
	unsigned char b[16];
	char text[64];
	const char *slash = strchr(network, '/');
	uint64_t bits;
	int bytes;

	if (!slash || (size_t)(slash - network) >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(slash - network), network);
	bytes = read_address(text, a);
	if (!bytes || read_address(host, b) != bytes ||
		parse_u64(slash + 1, (uint64_t)bytes * 8, &bits) < 0)
		return false;
	return has_same_bits(a, b, bits);
}

/* Masks. */

static bool write_source(
	char *out, size_t size, const struct irc_ban_face *face)
{
	const char *const parts[] = {
		face->nick, "!", face->user, "@", face->host};
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t len = strlen(parts[i]);
		if (len >= size - at)
			return false;
		memcpy(out + at, parts[i], len + 1);
		at += len;
	}
	return true;
}

static bool address_fits(const struct irc_isupport *isupport, const char *mask,
	const struct irc_ban_face *face)
{
	char text[3 * IRC_MASK_BYTES];
	char name[IRC_MASK_BYTES];
	const char *at = strchr(mask, '@');

	/* Of every mask and everybody: snprintf() is too slow. */
	if (!write_source(text, sizeof(text), face))
		return false;
	if (irc_mask_match(isupport->casemap, mask, text))
		return true;
	if (!at || !strchr(at, '/') || (size_t)(at - mask) >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(at - mask), mask);
	snprintf(text, sizeof(text), "%s!%s", face->nick, face->user);
	return irc_mask_match(isupport->casemap, name, text) &&
	       network_fits(at + 1, face->host);
}

/* nick!user@host, as servers keep it: with parts that may be empty, and then
 * fit nobody, and never an extended ban of accounts ("!R:bob@*", which InspIRCd
 * makes of "!R:bob"). */
static bool is_complete(const char *mask)
{
	const char *bang = strchr(mask, '!');

	return bang && strchr(bang, '@');
}

bool irc_ban_fits(const struct irc_isupport *isupport, const char *mask,
	const struct irc_ban_face *face)
{
	char plain[IRC_MASK_BYTES];
	char *forward;

	if (is_complete(mask) && !strchr(mask, '$'))
		return strlen(mask) < sizeof(plain) &&
		       address_fits(isupport, mask, face);
	if (is_complete(mask)) {
		if (strlen(mask) >= sizeof(plain))
			return false;
		snprintf(plain, sizeof(plain), "%s", mask);
	} else if (irc_mask_is_extban(isupport, mask)) {
		return extban_fits(isupport, mask, face);
	} else if (irc_mask_normalise(isupport, mask, plain) < 0) {
		return false;
	}
	forward = strchr(plain, '$');
	if (forward && irc_isupport_is_channel(isupport, forward + 1))
		*forward = '\0';
	return address_fits(isupport, plain, face);
}

/* Making. */

static int make_account(const struct irc_isupport *isupport,
	const struct irc_ban_face *face, struct buf *out)
{
	struct span names = span_of(isupport->accountextban);
	struct span first = span_cut(&names, ',');
	char letter = account_letter(isupport);

	if (!isupport->extban.known || !*face->account ||
		(!first.len && !letter))
		return -ENOENT;
	if (isupport->extban.prefix)
		buf_addc(out, isupport->extban.prefix);
	if (first.len)
		buf_add(out, first.p, first.len);
	else
		buf_addc(out, letter);
	buf_addc(out, ':');
	buf_adds(out, face->account);
	return 0;
}

/* The name in braces at the beginning; NULL: none of ours. */
static const char *value_at(
	const char *pattern, const struct irc_ban_face *face, size_t *ret_len)
{
	const struct {
		const char *name;
		const char *value;
	} rows[] = {
		{"{nick}", face->nick},
		{"{user}", face->user},
		{"{host}", face->host},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_starts(pattern, rows[i].name)) {
			*ret_len = strlen(rows[i].name);
			return rows[i].value;
		}
	return NULL;
}

static int make_address(
	const char *pattern, const struct irc_ban_face *face, struct buf *out)
{
	while (*pattern) {
		size_t len = 0;
		const char *value = value_at(pattern, face, &len);
		if (!value) {
			buf_addc(out, *pattern++);
			continue;
		}
		if (!*value)
			return -ENOENT;
		if (value == face->user && *value == '~') {
			buf_addc(out, '*');
			value++;
		}
		buf_adds(out, value);
		pattern += len;
	}
	return 0;
}

int irc_ban_make(const struct irc_isupport *isupport, enum irc_ban_kind kind,
	const char *pattern, const struct irc_ban_face *face,
	char ret[IRC_MASK_BYTES])
{
	struct buf AUTOBUF mask;
	int error;

	buf_init(&mask, IRC_MASK_BYTES - 1);
	if (kind == BAN_ACCOUNT)
		error = make_account(isupport, face, &mask);
	else
		error = make_address(
			kind == BAN_NICK ? "{nick}!*@*" : pattern, face, &mask);
	if (error < 0)
		return error;
	if (mask.overflow)
		return -E2BIG;
	return irc_mask_normalise(isupport, mask.data, ret);
}
