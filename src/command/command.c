#include "command/command.h"

#include "command/asking.h"
#include "command/command_ban.h"
#include "command/command_link.h"
#include "command/command_mute.h"
#include "command/command_people.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static void command_help(struct asking *asking);

static const struct row {
	const char *name;
	const char *usage; /* what stands behind the name */
	const char *summary;
	void (*run)(struct asking *asking);
	bool for_operators;
} rows[] = {
	{"help", "[COMMAND]", "what can be asked", command_help, false},
	{"who", "[#CHANNEL]", "who is in the Chime channel", command_who,
		false},
	{"whois", "NAME", "who this is on the other side", command_whois,
		false},
	{"link", "[#CHANNEL]", "how the link to Chime is", command_link, false},
	{"mappings", "", "the bridged channels that you are in",
		command_mappings, false},
	{"optout", "", "have no user of your own in Chime", command_optout,
		false},
	{"optin", "", "take that back", command_optin, false},
	{"pause", "[#CHANNEL]", "let what is said wait, both ways",
		command_pause, true},
	{"resume", "[#CHANNEL]", "let it go on", command_resume, true},
	{"resync", "[#CHANNEL]", "ask both sides anew who is there",
		command_resync, true},
	{"bans", "[#CHANNEL]", "who is banned, and what is to be done of it",
		command_bans, true},
	{"ban", "WHO [#CHANNEL] [TIME] [REASON]",
		"ban somebody on both sides; a time is 30m, 2h, 7d",
		command_ban, true},
	{"unban", "WHO [#CHANNEL]", "lift a ban on both sides", command_unban,
		true},
	{"confirm", "[#CHANNEL]",
		"make the changes that are held because they are so many",
		command_confirm, true},
	{"mute", "MASK [#CHANNEL] [TIME]",
		"relay nothing of whom the mask fits: nick!user@host, or a "
		"name; a time is 30m, 2h, 7d",
		command_mute, true},
	{"unmute", "MASK [#CHANNEL]", "take a mute back", command_unmute, true},
	{"mutes", "[#CHANNEL]", "who is muted", command_mutes, true},
};

static const struct {
	const char *name;
	const char *means;
} synonyms[] = {
	{"list", "mappings"},
	{"status", "link"},
	{"ignore", "mute"},
	{"unignore", "unmute"},
	{"?", "help"},
};

static const struct row *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(synonyms); i++)
		if (str_eq_nocase(synonyms[i].name, name))
			name = synonyms[i].means;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq_nocase(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static bool is_for(const struct row *row, const struct asking *asking)
{
	return !row->for_operators || asking->command->is_operator;
}

static void say_unknown(struct asking *asking, const char *name)
{
	const char *names[ARRAY_LEN(rows) + 1] = {NULL};
	size_t n = 0;
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_for(&rows[i], asking))
			names[n++] = rows[i].name;
	near = str_nearest(name, names);
	if (near)
		asking_say(asking,
			"There is no command %s; did you mean %s? See "
			"\"help\".",
			name, near);
	else
		asking_say(
			asking, "There is no command %s; see \"help\".", name);
}

/* ---- help ---- */

static void say_row(struct asking *asking, const struct row *row)
{
	asking_say(asking, "%s%s%s: %s", row->name, row->usage[0] ? " " : "",
		row->usage, row->summary);
}

static void command_help(struct asking *asking)
{
	const struct row *row = asking->count ? find(asking->words[0]) : NULL;

	if (row && is_for(row, asking)) {
		say_row(asking, row);
		return;
	}
	if (asking->count) {
		say_unknown(asking, asking->words[0]);
		return;
	}
	asking_say(asking, "This channel's bridge to Amazon Chime knows:");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_for(&rows[i], asking))
			say_row(asking, &rows[i]);
}

/* ---- words ---- */

/* Cuts a word off *at, in place; what stands in quotes is one. NULL: none is
 * left. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t");
	char *end;

	if (*word == '\0')
		return NULL;
	end = *word == '"' ? strchr(word + 1, '"') : NULL;
	if (end)
		word++;
	else
		end = word + strcspn(word, " \t");
	*at = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* False: there are too many. */
static bool read_words(struct asking *asking, char *at)
{
	char *word;

	while ((word = next_word(&at))) {
		if (asking->count == ASKING_WORDS)
			return false;
		asking->words[asking->count++] = word;
	}
	return true;
}

static void run(struct asking *asking, char *text)
{
	char *name = next_word(&text);
	const struct row *row = find(name ? name : "help");

	if (!read_words(asking, text))
		asking_say(asking, "These are too many words; see \"help\".");
	else if (!row)
		say_unknown(asking, name);
	else if (is_for(row, asking))
		row->run(asking);
	else
		asking_say(asking, "Only the operators of this bridge may %s.",
			row->name);
}

void bridge_command(struct bridge *bridge, const struct command *command)
{
	struct asking asking = {.bridge = bridge, .command = command};
	char text[COMMAND_WORDS_MAX + 1];
	size_t len = strlen(command->words);

	if (len > COMMAND_WORDS_MAX) {
		asking_say(&asking, "That is too long; see \"help\".");
		return;
	}
	memcpy(text, command->words, len + 1);
	run(&asking, text);
}
