#include "irc/light.h"

#include "irc/channel.h"
#include "util/attr.h"
#include "util/str.h"

#include <string.h>

enum { NO_PARAM = -1 };

/* Lines that are about others unless we are their source, or this parameter. */
static const struct light_row {
	const char *command;
	int param;
} ROWS[] = {
	{"PRIVMSG", 0}, {"NOTICE", 0}, {"TAGMSG", 0}, {"JOIN", NO_PARAM},
	{"PART", NO_PARAM}, {"QUIT", NO_PARAM}, {"NICK", NO_PARAM}, {"MODE", 0},
	{"TOPIC", NO_PARAM}, {"KICK", 1}, {"AWAY", NO_PARAM},
	{"ACCOUNT", NO_PARAM}, {"CHGHOST", NO_PARAM}, {"SETNAME", NO_PARAM},
	{"INVITE", 0}, {"353", NO_PARAM}, /* NAMES; its end, 366, is ours */
};

/* Tags that say: this answers something of ours. */
static const char *const OURS[] = {"label", "draft/relaymsg"};

static struct span light_word(struct span *rest)
{
	struct span word = span_cut(rest, ' ');

	while (word.len == 0 && rest->p)
		word = span_cut(rest, ' ');
	return word;
}

static bool light_is_nick(
	const struct irc_light *light, struct span name, const char *nick)
{
	char copy[IRC_NAME_BYTES];

	if (name.len >= sizeof(copy))
		return false;
	if (name.len > 0)
		memcpy(copy, name.p, name.len);
	copy[name.len] = '\0';
	return irc_casemap_equal(light->map, copy, nick);
}

/* `tags` without the '@'. */
static bool light_is_answer(struct span tags)
{
	while (tags.p) {
		struct span tag = span_cut(&tags, ';');
		struct span key = span_cut(&tag, '=');

		for (size_t i = 0; i < ARRAY_LEN(OURS); i++)
			if (span_is(key, OURS[i]))
				return true;
	}
	return false;
}

/* ":nick!user@host" of somebody whose doings are none of ours. */
static bool light_is_other(const struct irc_light *light, struct span source)
{
	size_t len = 0;
	struct span nick;

	if (source.len < 2 || *source.p != ':')
		return false;
	while (len < source.len - 1 && source.p[len + 1] != '!' &&
		source.p[len + 1] != '@')
		len++;
	nick = (struct span){source.p + 1, len};
	return !light_is_nick(light, nick, light->own_nick) &&
	       !light_is_nick(light, nick, light->wanted_nick);
}

static const struct light_row *light_row(struct span command)
{
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++)
		if (span_is_nocase(command, ROWS[i].command))
			return &ROWS[i];
	return NULL;
}

/* The i-th parameter; a last one that begins with ':' goes to the end. */
static struct span light_param(struct span rest, int i)
{
	struct span word = {NULL, 0};

	for (; i >= 0; i--) {
		word = light_word(&rest);
		if (word.len == 0 || *word.p != ':')
			continue;
		if (rest.p)
			word.len = (size_t)(rest.p + rest.len - word.p);
		word.p++;
		word.len--;
		return i == 0 ? word : (struct span){NULL, 0};
	}
	return word;
}

bool irc_light_is_of_others(
	const struct irc_light *light, const char *line, size_t len)
{
	struct span rest = {line, len};
	struct span word = light_word(&rest);
	const struct light_row *row;

	if (word.len > 0 && *word.p == '@') {
		if (light_is_answer((struct span){word.p + 1, word.len - 1}))
			return false;
		word = light_word(&rest);
	}
	if (!light_is_other(light, word))
		return false;
	row = light_row(light_word(&rest));
	if (!row)
		return false;
	return row->param == NO_PARAM ||
	       !light_is_nick(
		       light, light_param(rest, row->param), light->own_nick);
}
