#include "irc/track_names.h"

#include "irc/channel_private.h"
#include "irc/source.h"
#include "util/str.h"

#include <string.h>

/* The ranks that NAMES or WHO show; without multi-prefix only the highest. */
static void track_set_ranks(struct track_step *step,
	struct irc_member_node *node, const char *symbols)
{
	const struct irc_isupport *isupport = step->track->isupport;
	char *modes = node->member.modes;
	char mode = irc_isupport_mode_of_prefix(isupport, *symbols);
	int rank = mode ? irc_isupport_rank_of_mode(isupport, mode)
			: IRC_PREFIXES_MAX;

	if (step->has_multi_prefix)
		*modes = '\0';
	while (*modes && irc_isupport_rank_of_mode(isupport, *modes) < rank)
		irc_member_set_mode(node, isupport, *modes, false);
	for (; *symbols; symbols++)
		irc_member_set_mode(node, isupport,
			irc_isupport_mode_of_prefix(isupport, *symbols), true);
}

/* One word of 353: "@+nick" or "@+nick!user@host". */
static void track_take_name(struct track_step *step, struct span word)
{
	char symbols[IRC_PREFIXES_MAX + 1] = "";
	char text[IRC_SOURCE_BYTES];
	struct irc_source source;
	struct irc_member_node *node;
	size_t n = 0;

	while (n < word.len && n < IRC_PREFIXES_MAX &&
		irc_isupport_mode_of_prefix(step->track->isupport, word.p[n])) {
		symbols[n] = word.p[n];
		n++;
	}
	if (word.len - n >= sizeof(text))
		return;
	memcpy(text, word.p + n, word.len - n);
	text[word.len - n] = '\0';
	if (irc_source_parse(&source, text) < 0)
		return;
	node = irc_channel_add(step->channel, source.nick);
	if (!node)
		return;
	node->seen = step->channel->names;
	irc_person_set(node->person, IRC_PERSON_USER, source.user);
	irc_person_set(node->person, IRC_PERSON_HOST, source.host);
	track_set_ranks(step, node, symbols);
}

void irc_track_on_353(struct track_step *step)
{
	struct span rest = span_of(irc_message_last(step->msg));

	irc_channel_names_begin(step->channel);
	while (rest.p) {
		struct span word = span_cut(&rest, ' ');

		if (word.len > 0)
			track_take_name(step, word);
	}
}

void irc_track_on_366(struct track_step *step)
{
	irc_channel_names_end(step->channel);
}

void irc_track_on_315(struct track_step *step)
{
	step->channel->who_known = true;
}

/* WHO flags: H or G (gone), '*', the letter of bots and others, then ranks. */
static void track_take_flags(struct track_step *step,
	struct irc_member_node *node, const char *flags)
{
	char symbols[IRC_PREFIXES_MAX + 1] = "";
	size_t n = 0;

	node->person->user.is_away = *flags == 'G';
	if (step->track->isupport->bot)
		node->person->user.is_bot =
			strchr(flags, step->track->isupport->bot) != NULL;
	for (; *flags && n < IRC_PREFIXES_MAX; flags++)
		if (irc_isupport_mode_of_prefix(step->track->isupport, *flags))
			symbols[n++] = *flags;
	track_set_ranks(step, node, symbols);
}

/* 352 me #channel user host server nick flags :hops realname */
void irc_track_on_352(struct track_step *step)
{
	const struct irc_message *msg = step->msg;
	struct irc_member_node *node =
		irc_channel_find(step->channel, irc_message_param(msg, 5));
	const char *realname = strchr(irc_message_param(msg, 7), ' ');

	if (!node)
		return;
	irc_person_set(
		node->person, IRC_PERSON_USER, irc_message_param(msg, 2));
	irc_person_set(
		node->person, IRC_PERSON_HOST, irc_message_param(msg, 3));
	irc_person_set(node->person, IRC_PERSON_REALNAME,
		realname ? realname + 1 : "");
	track_take_flags(step, node, irc_message_param(msg, 6));
}

/* 354 me token #channel user host nick flags account :realname */
void irc_track_on_354(struct track_step *step)
{
	const struct irc_message *msg = step->msg;
	struct irc_member_node *node =
		irc_channel_find(step->channel, irc_message_param(msg, 5));

	if (!node || msg->nparams < 9 ||
		!str_eq(irc_message_param(msg, 1), IRC_TRACK_WHOX_TOKEN))
		return;
	irc_person_set(
		node->person, IRC_PERSON_USER, irc_message_param(msg, 3));
	irc_person_set(
		node->person, IRC_PERSON_HOST, irc_message_param(msg, 4));
	irc_person_set_account(node->person, irc_message_param(msg, 7));
	irc_person_set(
		node->person, IRC_PERSON_REALNAME, irc_message_param(msg, 8));
	track_take_flags(step, node, irc_message_param(msg, 6));
}
