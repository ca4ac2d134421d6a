#include "irc_words/nickname.h"

#include "util/ascii.h"
#include "util/digest.h"
#include "util/str.h"
#include "util/utf8.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_BYTES = 4096, HASH_LETTERS = 8, IPV6_BITS = 128 };

/* The person, in the letters that one use allows. */
struct words {
	struct buf name;
	struct buf id;
};

static void words_init(struct words *words)
{
	buf_init(&words->name, WORDS_BYTES);
	buf_init(&words->id, WORDS_BYTES);
}

static void words_release(struct words *words)
{
	buf_release(&words->name);
	buf_release(&words->id);
}

static void add_hash(struct buf *out, const char *id)
{
	char hex[SHA256_HEX_BYTES];

	sha256_hex(id, strlen(id), hex);
	buf_add(out, hex, HASH_LETTERS);
}

static void fill(
	struct buf *out, const char *template, const struct words *words)
{
	for (const char *p = template; *p;) {
		if (str_starts(p, "{name}")) {
			buf_add(out, words->name.data, words->name.len);
			p += 6;
		} else if (str_starts(p, "{id}")) {
			buf_add(out, words->id.data, words->id.len);
			p += 4;
		} else {
			buf_addc(out, *p++);
		}
	}
}

static bool is_alnum(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool nick_takes(char c)
{
	return is_alnum(c) || (c && strchr("_-[]\\`^{|}", c));
}

/* The letters of a nick in a text of any script; blanks within become '_'. */
static void add_nick_letters(struct buf *out, const char *s)
{
	struct buf AUTOBUF plain;

	buf_init(&plain, WORDS_BYTES);
	ascii_fold(&plain, s, strlen(s));
	for (size_t i = 0; i < plain.len; i++) {
		char c = plain.data[i];
		bool is_gap = c == ' ' || c == '.' || c == '_';
		if (is_gap && out->len && out->data[out->len - 1] != '_')
			buf_addc(out, '_');
		else if (!is_gap && nick_takes(c))
			buf_addc(out, c);
	}
	while (out->len && out->data[out->len - 1] == '_')
		buf_truncate(out, out->len - 1);
}

static bool has_letter(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (is_alnum(text->data[i]))
			return true;
	return false;
}

static void nick_words(struct words *words, const char *id, const char *name)
{
	add_nick_letters(&words->name, name);
	add_nick_letters(&words->id, str_last_part(id));
	buf_truncate(&words->name, 2 * IRC_NICKNAME_LONGEST);
	buf_truncate(&words->id, 2 * IRC_NICKNAME_LONGEST);
	if (!has_letter(&words->id)) {
		buf_clear(&words->id);
		add_hash(&words->id, id);
	}
	if (has_letter(&words->name))
		return;
	buf_clear(&words->name);
	buf_adds(&words->name, "u");
	add_hash(&words->name, id);
}

/* What the template says behind {name} (or, without, nothing). */
static const char *template_tail(const char *template)
{
	const char *at = strstr(template, "{name}");

	return at ? at + 6 : "";
}

static void clean_nick(struct buf *out, const char *s)
{
	for (; *s; s++)
		if (nick_takes(*s))
			buf_addc(out, *s);
}

void irc_nickname_make(struct irc_nickname *ret, const char *nick_template,
	const char *id, const char *name)
{
	struct words words;
	struct buf AUTOBUF whole;
	struct buf AUTOBUF nick;
	struct buf AUTOBUF tail;

	buf_init(&whole, WORDS_BYTES);
	buf_init(&nick, WORDS_BYTES);
	buf_init(&tail, WORDS_BYTES);
	words_init(&words);
	nick_words(&words, id, name);
	fill(&whole, template_tail(nick_template), &words);
	clean_nick(&tail, whole.data);
	buf_clear(&whole);
	fill(&whole, nick_template, &words);
	words_release(&words);
	if (is_digit(*whole.data) || *whole.data == '-')
		buf_addc(&nick, '_');
	clean_nick(&nick, whole.data);
	/* A tail that leaves no room for the name is none. */
	if (tail.len > IRC_NICKNAME_LONGEST / 2 || tail.len >= nick.len)
		buf_clear(&tail);
	buf_truncate(&nick, nick.len - tail.len);
	buf_truncate(&nick, IRC_NICKNAME_LONGEST - tail.len);
	if (!nick.len)
		buf_adds(&nick, "guest");
	(void)snprintf(ret->base, sizeof(ret->base), "%s", nick.data);
	(void)snprintf(ret->suffix, sizeof(ret->suffix), "%s", tail.data);
}

/* A user name must tell people apart: what would be cut becomes a hash. */
static void add_user_letters(struct buf *out, const char *s, const char *id)
{
	struct buf AUTOBUF plain;
	bool is_whole;

	buf_init(&plain, WORDS_BYTES);
	ascii_fold(&plain, s, strlen(s));
	for (size_t i = 0; i < plain.len; i++)
		if (is_alnum(plain.data[i]))
			buf_addc(out, ascii_lower(plain.data[i]));
	is_whole = str_eq(out->data, s) && out->len &&
		   out->len < IRC_USERNAME_BYTES - 1;
	if (id && !is_whole) {
		buf_clear(out);
		buf_addc(out, 'u');
		add_hash(out, id);
	}
}

void irc_nickname_username(char ret[IRC_USERNAME_BYTES],
	const char *username_template, const char *id, const char *name)
{
	struct words words;
	struct buf AUTOBUF whole;
	size_t len = 0;

	buf_init(&whole, WORDS_BYTES);
	words_init(&words);
	add_user_letters(&words.id, str_last_part(id), id);
	add_user_letters(&words.name, name, NULL);
	fill(&whole, username_template, &words);
	words_release(&words);
	for (size_t i = 0; i < whole.len && len < IRC_USERNAME_BYTES - 1; i++)
		if (is_alnum(whole.data[i]))
			ret[len++] = whole.data[i];
	ret[len] = '\0';
	if (!len)
		(void)snprintf(ret, IRC_USERNAME_BYTES, "chime");
}

static void add_visible(struct buf *out, const char *s)
{
	size_t len = strnlen(s, WORDS_BYTES);
	uint32_t letter;

	for (size_t at = 0, n; at < len; at += n ? n : 1) {
		n = utf8_decode(s + at, len - at, &letter);
		if (n && !utf8_is_control(letter) && !utf8_is_invisible(letter))
			buf_add(out, s + at, n);
	}
}

void irc_nickname_realname(char ret[IRC_REALNAME_BYTES],
	const char *realname_template, const char *id, const char *name)
{
	struct words words;
	struct buf AUTOBUF whole;

	buf_init(&whole, WORDS_BYTES);
	words_init(&words);
	add_visible(&words.name, name);
	add_visible(&words.id, str_last_part(id));
	fill(&whole, realname_template, &words);
	words_release(&words);
	buf_truncate(&whole,
		utf8_fit(whole.data, whole.len, IRC_REALNAME_BYTES - 1));
	(void)snprintf(ret, IRC_REALNAME_BYTES, "%s",
		whole.len ? whole.data : "someone");
}

/* One label of a host name, or a hash where none can be made of it. */
static void add_label(struct buf *out, const char *s, const char *id)
{
	struct buf AUTOBUF plain;

	buf_init(&plain, WORDS_BYTES);
	ascii_fold(&plain, s, strlen(s));
	for (size_t i = 0; i < plain.len; i++) {
		char c = ascii_lower(plain.data[i]);
		if (is_alnum(c))
			buf_addc(out, c);
		else if (out->len && out->data[out->len - 1] != '-')
			buf_addc(out, '-');
	}
	while (out->len && out->data[out->len - 1] == '-')
		buf_truncate(out, out->len - 1);
	if (out->len == 0 || out->len > 40) {
		buf_clear(out);
		buf_addc(out, 'u');
		add_hash(out, id);
	}
}

void irc_nickname_host(char ret[IRC_HOST_BYTES], const char *host_template,
	const char *id, const char *name)
{
	struct words words;
	struct buf AUTOBUF whole;
	size_t len = 0;

	buf_init(&whole, WORDS_BYTES);
	words_init(&words);
	add_label(&words.id, str_last_part(id), id);
	add_label(&words.name, name, id);
	fill(&whole, host_template, &words);
	words_release(&words);
	for (size_t i = 0; i < whole.len && len < IRC_HOST_BYTES - 1; i++) {
		char c = ascii_lower(whole.data[i]);
		bool is_mark = c == '.' || c == '-';
		if (is_alnum(c) || (is_mark && len && ret[len - 1] != '.'))
			ret[len++] = c;
	}
	while (len && (ret[len - 1] == '.' || ret[len - 1] == '-'))
		len--;
	ret[len] = '\0';
	if (!len)
		(void)snprintf(ret, IRC_HOST_BYTES, "chime.invalid");
}

int irc_nickname_address(
	char ret[IRC_ADDRESS_BYTES], const char *prefix, const char *id)
{
	uint8_t hash[SHA256_BYTES];
	uint8_t address[16];
	char text[IRC_ADDRESS_BYTES];
	const char *slash = strchr(prefix, '/');
	uint64_t bits = IPV6_BITS;

	if (slash && parse_u64(slash + 1, IPV6_BITS, &bits) < 0)
		return -EINVAL;
	int len = snprintf(text, sizeof(text), "%.*s",
		slash ? (int)(slash - prefix) : (int)strlen(prefix), prefix);
	if (len < 0 || (size_t)len >= sizeof(text) ||
		inet_pton(AF_INET6, text, address) != 1)
		return -EINVAL;
	sha256(id, strlen(id), hash);
	for (size_t bit = (size_t)bits; bit < IPV6_BITS; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);
		address[bit / 8] = (uint8_t)((address[bit / 8] & ~mask) |
					     (hash[bit / 8] & mask));
	}
	if (!inet_ntop(AF_INET6, address, ret, IRC_ADDRESS_BYTES))
		return -EINVAL;
	return 0;
}

void irc_nickname_relay(char ret[IRC_NICK_BYTES], const char *separators,
	const char *name, size_t nicklen)
{
	struct buf AUTOBUF nick;
	const char *lead;
	size_t most = nicklen && nicklen < IRC_NICKNAME_LONGEST
			      ? nicklen
			      : IRC_NICKNAME_LONGEST;

	buf_init(&nick, WORDS_BYTES);
	add_nick_letters(&nick, name);
	if (!has_letter(&nick)) {
		buf_clear(&nick);
		buf_adds(&nick, "someone");
	}
	lead = is_digit(*nick.data) || *nick.data == '-' ? "_" : "";
	buf_truncate(&nick, (most > 4 ? most - 2 : 2) - strlen(lead));
	(void)snprintf(ret, IRC_NICK_BYTES, "%s%s%c%c", lead, nick.data,
		*separators ? *separators : '/', 'c');
}
