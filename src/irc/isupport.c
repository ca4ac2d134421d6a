#include "irc/isupport.h"

#include "irc/message.h"
#include "util/str.h"

#include <stdint.h>
#include <string.h>

enum { VALUE_BYTES = 1024 };

static const struct irc_isupport defaults = {
	.prefix = {.modes = "ov", .symbols = "@+"},
	.chanmodes = {.list = "beI",
		.always_param = "k",
		.param_when_set = "l",
		.flag = "imnpst"},
	.chantypes = "#&",
	.nicklen = 9,
	.userlen = 12,
	.hostlen = 64,
	.channellen = 200,
	.linelen = IRC_LINE_BYTES,
	.modes = 3,
	.casemap = IRC_CASEMAP_RFC1459,
};

void irc_isupport_init(struct irc_isupport *isupport)
{
	*isupport = defaults;
}

struct token;
/* `value` is unescaped, "" when there is none. */
typedef void take_fn(const struct token *token, void *field, const char *value);

/* What a token is called, how it is read, and what it sets (so that "-TOKEN"
 * can copy the default back). */
struct token {
	const char *name;
	take_fn *take;
	size_t offset;
	size_t size;
	unsigned min; /* of a number; or the letter meant by no value */
	unsigned max;
};

static bool number_is(
	const char *value, unsigned min, unsigned max, unsigned *ret)
{
	uint64_t number;
	if (parse_u64(value, UINT32_MAX, &number) != 0 || number < min)
		return false;
	*ret = number > max ? max : (unsigned)number;
	return true;
}

static void take_number(
	const struct token *token, void *field, const char *value)
{
	unsigned number;
	if (number_is(value, token->min, token->max, &number))
		memcpy(field, &number, sizeof(number));
}

/* As a number, but no value says: no limit. */
static void take_limit(
	const struct token *token, void *field, const char *value)
{
	take_number(token, field, *value ? value : "0");
}

static void take_string(
	const struct token *token, void *field, const char *value)
{
	size_t len = strlen(value);
	if (len < token->size)
		memcpy(field, value, len + 1);
}

static void take_flag(
	const struct token *token UNUSED, void *field, const char *value UNUSED)
{
	*(bool *)field = true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void take_letter(
	const struct token *token, void *field, const char *value)
{
	char letter = *value ? *value : (char)token->min;
	if (is_letter(letter) && (!*value || !value[1]))
		*(char *)field = letter;
}

/* Symbols are printable and none of those that end a word or a mask. */
static bool are_symbols(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] <= ' ' || s[i] > '~' || s[i] == ',' || s[i] == ':')
			return false;
	}
	return true;
}

static void take_symbols(
	const struct token *token, void *field, const char *value)
{
	if (are_symbols(value, strlen(value)))
		take_string(token, field, value);
}

/* "(ov)@+"; an empty value says that there are no prefixes. */
static void take_prefix(
	const struct token *token UNUSED, void *field, const char *value)
{
	struct irc_prefixes prefix = {0};
	if (*value) {
		size_t n = strcspn(value + 1, ")");
		const char *symbols = value + 1 + n + 1;
		if (*value != '(' || !value[1 + n] || n > IRC_PREFIXES_MAX ||
			strlen(symbols) != n || !are_symbols(symbols, n))
			return;
		memcpy(prefix.modes, value + 1, n);
		memcpy(prefix.symbols, symbols, n);
	}
	memcpy(field, &prefix, sizeof(prefix));
}

static bool copy_span(char *to, size_t size, struct span from)
{
	if (from.len >= size)
		return false;
	if (from.len)
		memcpy(to, from.p, from.len);
	to[from.len] = '\0';
	return true;
}

/* "A,B,C,D" and classes that some later standard may add. */
static void take_chanmodes(
	const struct token *token UNUSED, void *field, const char *value)
{
	struct irc_chanmodes modes = {0};
	struct span rest = span_of(value);
	size_t size = sizeof(modes.list);
	if (!copy_span(modes.list, size, span_cut(&rest, ',')) ||
		!copy_span(modes.always_param, size, span_cut(&rest, ',')) ||
		!copy_span(modes.param_when_set, size, span_cut(&rest, ',')) ||
		!copy_span(modes.flag, size, span_cut(&rest, ',')))
		return;
	memcpy(field, &modes, sizeof(modes));
}

static bool read_maxlist(struct irc_maxlist *entry, struct span item)
{
	struct span letters = span_cut(&item, ':');
	char number[16];
	return copy_span(entry->letters, sizeof(entry->letters), letters) &&
	       copy_span(number, sizeof(number), item) &&
	       number_is(number, 1, UINT32_MAX, &entry->limit);
}

/* "b:60,e:60" or "beI:60". */
static void take_maxlist(
	const struct token *token UNUSED, void *field, const char *value)
{
	struct irc_maxlists lists = {0};
	struct span rest = span_of(value);
	while (rest.p && lists.count < IRC_MAXLISTS_MAX) {
		struct span item = span_cut(&rest, ',');
		if (read_maxlist(&lists.of[lists.count], item))
			lists.count++;
	}
	memcpy(field, &lists, sizeof(lists));
}

/* Unknown ones are Unicode maps (rfc7613, rfc8265): ascii in their names. */
static void take_casemap(
	const struct token *token UNUSED, void *field, const char *value)
{
	enum irc_casemap map = IRC_CASEMAP_ASCII;
	if (*value && irc_casemap_parse(value, &map) != 0)
		map = IRC_CASEMAP_ASCII;
	if (*value)
		memcpy(field, &map, sizeof(map));
}

/* "$,ajrxz", or ",abc" where there is no prefix. */
static void take_extban(
	const struct token *token UNUSED, void *field, const char *value)
{
	struct irc_extban extban = {.known = true};
	struct span types = span_of(value);
	struct span prefix = span_cut(&types, ',');
	if (prefix.len > 1 || !are_symbols(prefix.p, prefix.len))
		return;
	if (prefix.len)
		extban.prefix = *prefix.p;
	if (copy_span(extban.types, sizeof(extban.types), types))
		memcpy(field, &extban, sizeof(extban));
}

static void take_limited(
	const struct token *token UNUSED, void *field, const char *value)
{
	struct irc_limited taken = {.works = true};
	if (*value && !number_is(value, 0, UINT32_MAX, &taken.limit))
		return;
	memcpy(field, &taken, sizeof(taken));
}

#define FIELD(member)                                                          \
	offsetof(struct irc_isupport, member),                                 \
		sizeof(((struct irc_isupport *)NULL)->member)
#define NUMBER(name, member, min, max)                                         \
	{                                                                      \
		name, take_number, FIELD(member), min, max                     \
	}
#define OTHER(name, take, member)                                              \
	{                                                                      \
		name, take, FIELD(member), 0, 0                                \
	}

static const struct token tokens[] = {
	OTHER("ACCOUNTEXTBAN", take_string, accountextban),
	NUMBER("AWAYLEN", awaylen, 1, IRC_LINELEN_MAX),
	{"BOT", take_letter, FIELD(bot), 'B', 0},
	OTHER("CASEMAPPING", take_casemap, casemap),
	OTHER("CHANLIMIT", take_string, chanlimit),
	OTHER("CHANMODES", take_chanmodes, chanmodes),
	NUMBER("CHANNELLEN", channellen, 1, IRC_LINELEN_MAX),
	OTHER("CHANTYPES", take_symbols, chantypes),
	OTHER("CHATHISTORY", take_limited, chathistory),
	OTHER("CLIENTTAGDENY", take_string, clienttagdeny),
	{"EXCEPTS", take_letter, FIELD(excepts), 'e', 0},
	OTHER("EXTBAN", take_extban, extban),
	NUMBER("HOSTLEN", hostlen, 1, IRC_LINE_BYTES),
	{"INVEX", take_letter, FIELD(invex), 'I', 0},
	NUMBER("KEYLEN", keylen, 1, IRC_LINELEN_MAX),
	NUMBER("KICKLEN", kicklen, 1, IRC_LINELEN_MAX),
	NUMBER("LINELEN", linelen, IRC_LINE_BYTES, IRC_LINELEN_MAX),
	OTHER("MAXLIST", take_maxlist, maxlist),
	NUMBER("MAXTARGETS", maxtargets, 1, UINT32_MAX),
	{"MODES", take_limit, FIELD(modes), 0, UINT32_MAX},
	OTHER("MONITOR", take_limited, monitor),
	OTHER("MSGREFTYPES", take_string, msgreftypes),
	OTHER("NETWORK", take_string, network),
	NUMBER("NICKLEN", nicklen, 1, IRC_LINE_BYTES),
	OTHER("PREFIX", take_prefix, prefix),
	OTHER("SAFELIST", take_flag, safelist),
	OTHER("STATUSMSG", take_symbols, statusmsg),
	OTHER("TARGMAX", take_string, targmax),
	NUMBER("TOPICLEN", topiclen, 1, IRC_LINELEN_MAX),
	NUMBER("USERLEN", userlen, 1, IRC_LINE_BYTES),
	OTHER("UTF8MAPPING", take_string, utf8mapping),
	OTHER("UTF8ONLY", take_flag, utf8only),
	OTHER("WHOX", take_flag, whox),
};

static const struct token *find_token(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		if (span_is(name, tokens[i].name))
			return &tokens[i];
	}
	return NULL;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x20" and the like; no control character is ever let in this way. */
static bool unescape(const char *value, char out[VALUE_BYTES])
{
	if (strlen(value) >= VALUE_BYTES)
		return false;
	while (*value) {
		if (value[0] == '\\' && value[1] == 'x' &&
			hex_value(value[2]) >= 0 && hex_value(value[3]) >= 0) {
			*out = (char)(hex_value(value[2]) * 16 +
				      hex_value(value[3]));
			if ((unsigned char)*out++ < ' ')
				return false;
			value += 4;
			continue;
		}
		*out++ = *value++;
	}
	*out = '\0';
	return true;
}

bool irc_isupport_apply(struct irc_isupport *isupport, const char *text)
{
	bool reset = *text == '-';
	struct span value = span_of(text + reset);
	const struct token *token = find_token(span_cut(&value, '='));
	if (!token)
		return false;
	char *field = (char *)isupport + token->offset;
	char plain[VALUE_BYTES];
	if (reset)
		memcpy(field, (const char *)&defaults + token->offset,
			token->size);
	else if (unescape(value.p ? value.p : "", plain))
		token->take(token, field, plain);
	return true;
}

void irc_isupport_feed(
	struct irc_isupport *isupport, const struct irc_message *msg)
{
	/* The first is our nick; the last, "are supported by this server", is
	 * text and matches no name. */
	for (size_t i = 1; i < msg->nparams; i++)
		irc_isupport_apply(isupport, msg->params[i]);
}

bool irc_isupport_is_channel(
	const struct irc_isupport *isupport, const char *target)
{
	return *target && strchr(isupport->chantypes, *target);
}

const char *irc_isupport_statusmsg(
	const struct irc_isupport *isupport, const char *target)
{
	/* '+' and '&' may be both a status and a channel type: the name
	 * that begins with a type wins only when no type follows it. */
	const char *channel = target + strspn(target, isupport->statusmsg);
	if (irc_isupport_is_channel(isupport, channel))
		return channel;
	return irc_isupport_is_channel(isupport, target) ? target : NULL;
}

static char letter_beside(const char *in, const char *beside, char c)
{
	const char *p = c ? strchr(in, c) : NULL;
	return p ? beside[p - in] : '\0';
}

char irc_isupport_prefix_of_mode(const struct irc_isupport *isupport, char mode)
{
	return letter_beside(
		isupport->prefix.modes, isupport->prefix.symbols, mode);
}

char irc_isupport_mode_of_prefix(
	const struct irc_isupport *isupport, char symbol)
{
	return letter_beside(
		isupport->prefix.symbols, isupport->prefix.modes, symbol);
}

int irc_isupport_rank_of_mode(const struct irc_isupport *isupport, char mode)
{
	const char *modes = isupport->prefix.modes;
	const char *p = mode ? strchr(modes, mode) : NULL;
	return p ? (int)(p - modes) : -1;
}

enum irc_mode_class irc_isupport_mode_class(
	const struct irc_isupport *isupport, char mode)
{
	const struct irc_chanmodes *modes = &isupport->chanmodes;
	const struct {
		const char *letters;
		enum irc_mode_class class;
	} classes[] = {
		{isupport->prefix.modes, IRC_MODE_PREFIX},
		{modes->list, IRC_MODE_LIST},
		{modes->always_param, IRC_MODE_ALWAYS_PARAM},
		{modes->param_when_set, IRC_MODE_PARAM_WHEN_SET},
		{modes->flag, IRC_MODE_FLAG},
	};
	for (size_t i = 0; mode && i < ARRAY_LEN(classes); i++) {
		if (strchr(classes[i].letters, mode))
			return classes[i].class;
	}
	return IRC_MODE_UNKNOWN;
}

unsigned irc_isupport_maxlist(const struct irc_isupport *isupport, char mode)
{
	for (size_t i = 0; mode && i < isupport->maxlist.count; i++) {
		if (strchr(isupport->maxlist.of[i].letters, mode))
			return isupport->maxlist.of[i].limit;
	}
	return 0;
}

unsigned irc_isupport_targmax(
	const struct irc_isupport *isupport, const char *command)
{
	struct span rest = span_of(isupport->targmax);
	while (rest.p && *isupport->targmax) {
		struct span limit = span_cut(&rest, ',');
		if (!span_is_nocase(span_cut(&limit, ':'), command))
			continue;
		char text[16];
		unsigned number;
		if (!limit.len)
			return UINT32_MAX;
		if (copy_span(text, sizeof(text), limit) &&
			number_is(text, 1, UINT32_MAX, &number))
			return number;
	}
	bool is_text = str_eq_nocase(command, "PRIVMSG") ||
		       str_eq_nocase(command, "NOTICE");
	return is_text && isupport->maxtargets ? isupport->maxtargets : 1;
}

bool irc_isupport_allows_tag(
	const struct irc_isupport *isupport, const char *key)
{
	bool allowed = true;
	struct span rest = span_of(isupport->clienttagdeny);
	if (*key == '+')
		key++;
	while (rest.p) {
		struct span item = span_cut(&rest, ',');
		if (span_is(item, "*"))
			allowed = false;
		else if (span_is(item, key))
			return false;
		else if (item.len && *item.p == '-' &&
			 span_is((struct span){item.p + 1, item.len - 1}, key))
			return true;
	}
	return allowed;
}
