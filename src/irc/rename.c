#include "irc/rename.h"

#include "util/alloc.h"
#include "util/attr.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

struct irc_rename {
	char *channel;
	char *name;
	struct irc_rename *prev, *next;
};

static void rename_free(struct irc_renames *renames, struct irc_rename *one)
{
	DL_DELETE(renames->all, one);
	free(one->channel);
	free(one->name);
	free(one);
}

void irc_renames_clear(struct irc_renames *renames)
{
	while (renames->all)
		rename_free(renames, renames->all);
}

static struct irc_rename *find(const struct irc_renames *renames,
	enum irc_casemap map, const char *channel)
{
	struct irc_rename *one;

	DL_FOREACH (renames->all, one)
		if (irc_casemap_equal(map, one->channel, channel))
			return one;
	return NULL;
}

void irc_renames_add(struct irc_renames *renames, enum irc_casemap map,
	const char *channel, const char *name)
{
	struct irc_rename *one = find(renames, map, channel);

	/* One that has its old name again stays, for who reads its name now. */
	if (!one) {
		one = xcalloc(1, sizeof(*one));
		one->channel = xstrdup(channel);
		DL_APPEND(renames->all, one);
	}
	set_string(&one->name, name);
}

const char *irc_renames_name(const struct irc_renames *renames,
	enum irc_casemap map, const char *channel)
{
	const struct irc_rename *one = find(renames, map, channel);

	return one ? one->name : channel;
}

/* Which parameters of a command may be channels; the others may be text. */
static const struct {
	const char *command;
	size_t first, end;
} ROWS[] = {
	{"PRIVMSG", 0, 1},
	{"NOTICE", 0, 1},
	{"TAGMSG", 0, 1},
	{"JOIN", 0, 1},
	{"PART", 0, 1},
	{"KICK", 0, 1},
	{"MODE", 0, 1},
	{"TOPIC", 0, 1},
	{"RENAME", 0, 1},
	{"INVITE", 1, 2},
	{"WHO", 0, 1},
	{"NAMES", 0, 1},
	{"RELAYMSG", 0, 1},
	{"REDACT", 0, 1},
	{"MARKREAD", 0, 1},
	{"CHATHISTORY", 1, 2},
	{"FAIL", 1, 4},
	{"BATCH", 2, 3},
};

enum { NUMERIC_FIRST = 1, NUMERIC_END = 3 };

static bool places(
	const char *command, bool is_numeric, size_t *first, size_t *end)
{
	*first = NUMERIC_FIRST;
	*end = NUMERIC_END;
	for (size_t i = 0; !is_numeric && i < ARRAY_LEN(ROWS); i++)
		if (str_eq(ROWS[i].command, command)) {
			*first = ROWS[i].first;
			*end = ROWS[i].end;
			return true;
		}
	return is_numeric;
}

static const char *asked_name(const struct irc_renames *renames,
	enum irc_casemap map, const char *name)
{
	const struct irc_rename *one;

	DL_FOREACH (renames->all, one)
		if (irc_casemap_equal(map, one->name, name))
			return one->channel;
	return name;
}

void irc_renames_in(const struct irc_renames *renames, enum irc_casemap map,
	struct irc_message *message)
{
	size_t i, end;

	if (!renames->all ||
		!places(message->command, message->numeric >= 0, &i, &end))
		return;
	for (; i < end && i < message->nparams; i++)
		message->params[i] =
			asked_name(renames, map, message->params[i]);
}

void irc_renames_out(const struct irc_renames *renames, enum irc_casemap map,
	struct irc_line *line)
{
	size_t i, end;

	if (!renames->all || !places(line->command, false, &i, &end))
		return;
	for (; i < end && line->params[i]; i++)
		line->params[i] =
			irc_renames_name(renames, map, line->params[i]);
}
