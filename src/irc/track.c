#include "irc/track.h"

#include "irc/channel_private.h"
#include "irc/modes.h"
#include "irc/numeric.h"
#include "irc/track_names.h"
#include "util/alloc.h"
#include "util/attr.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void irc_track_init(
	struct irc_track *track, const struct irc_isupport *isupport)
{
	*track = (struct irc_track){.isupport = isupport};
	irc_people_init(&track->people, isupport->casemap);
}

void irc_track_clear(struct irc_track *track)
{
	struct irc_channel *channel;
	struct irc_channel *next;

	HASH_ITER (hh, track->channels, channel, next) {
		HASH_DEL(track->channels, channel);
		irc_channel_free(channel);
	}
	track->affected_count = 0;
	irc_people_init(&track->people, track->isupport->casemap);
}

void irc_track_release(struct irc_track *track)
{
	irc_track_clear(track);
	free(track->affected);
	track->affected = NULL;
	track->affected_size = 0;
}

static struct irc_channel *track_find(
	const struct irc_track *track, const char *name)
{
	struct irc_channel *channel = NULL;
	char key[IRC_NAME_BYTES];
	size_t len =
		irc_casemap_fold(track->people.map, name, key, sizeof(key));

	if (len > 0 && len < sizeof(key))
		HASH_FIND(hh, track->channels, key, len, channel);
	return channel;
}

const struct irc_channel *irc_track_find(
	const struct irc_track *track, const char *channel)
{
	return track_find(track, channel);
}

bool irc_track_enter(struct irc_track *track, const char *name)
{
	struct irc_channel *channel;

	irc_track_leave(track, name);
	if (*name == '\0' || strlen(name) >= IRC_NAME_BYTES ||
		HASH_COUNT(track->channels) >= IRC_TRACK_CHANNELS_MAX)
		return false;
	channel = irc_channel_new(&track->people, name);
	HASH_ADD_KEYPTR(hh, track->channels, channel->key, strlen(channel->key),
		channel);
	return true;
}

void irc_track_leave(struct irc_track *track, const char *name)
{
	struct irc_channel *channel = track_find(track, name);

	track->affected_count = 0;
	if (!channel)
		return;
	HASH_DEL(track->channels, channel);
	irc_channel_free(channel);
}

const struct irc_channel *irc_track_affected(
	const struct irc_track *track, size_t i)
{
	return i < track->affected_count ? track->affected[i] : NULL;
}

static void track_note_affected(
	struct irc_track *track, const struct irc_person *person)
{
	const struct irc_member_node *node;

	DL_FOREACH (person->memberships, node) {
		if (track->affected_count == track->affected_size) {
			track->affected_size = 2 * track->affected_size + 16;
			track->affected = xreallocarray(track->affected,
				track->affected_size, sizeof(*track->affected));
		}
		track->affected[track->affected_count++] = node->channel;
	}
}

static int64_t track_seconds_ms(const char *text)
{
	uint64_t seconds;

	if (parse_u64(text, INT64_MAX / 1000, &seconds) < 0)
		return 0;
	return (int64_t)seconds * 1000;
}

/* When it happened: by the server's clock when it says so. */
static int64_t track_time_ms(const struct irc_message *msg)
{
	const char *text = irc_message_tag(msg, "time");
	int64_t ms;

	if (text && clock_parse_iso8601(text, &ms) == 0)
		return ms;
	return clock_wall_ms();
}

static void track_learn_source(
	struct irc_person *person, const struct irc_message *msg)
{
	const char *account = irc_message_tag(msg, "account");

	irc_person_set(person, IRC_PERSON_USER, msg->source.user);
	irc_person_set(person, IRC_PERSON_HOST, msg->source.host);
	if (account)
		irc_person_set_account(person, account);
	if (irc_message_tag(msg, "bot") || irc_message_tag(msg, "draft/bot"))
		person->user.is_bot = true;
}

static void track_on_join(struct track_step *step)
{
	struct irc_member_node *node =
		irc_channel_add(step->channel, step->msg->source.nick);

	if (!node)
		return;
	node->seen = step->channel->names;
	track_learn_source(node->person, step->msg);
	if (step->msg->nparams < 3) /* not extended-join */
		return;
	irc_person_set_account(node->person, irc_message_param(step->msg, 1));
	irc_person_set(node->person, IRC_PERSON_REALNAME,
		irc_message_param(step->msg, 2));
}

static void track_remove(struct irc_channel *channel, const char *nick)
{
	struct irc_member_node *node = irc_channel_find(channel, nick);

	if (node)
		irc_channel_remove(node);
}

static void track_on_part(struct track_step *step)
{
	track_remove(step->channel, step->msg->source.nick);
}

static void track_on_kick(struct track_step *step)
{
	track_remove(step->channel, irc_message_param(step->msg, 1));
}

static void track_forget(struct irc_person *person)
{
	struct irc_member_node *node;
	struct irc_member_node *next;

	/* The person goes with the last membership, and the list with it. */
	DL_FOREACH_SAFE (person->memberships, node, next)
		irc_channel_remove(node);
}

static void track_on_quit(struct track_step *step)
{
	if (!step->person)
		return;
	track_note_affected(step->track, step->person);
	track_forget(step->person);
}

static void track_on_nick(struct track_step *step)
{
	const char *nick = irc_message_param(step->msg, 0);
	size_t len = strlen(nick);
	struct irc_person *other;

	if (!step->person || len == 0)
		return;
	track_note_affected(step->track, step->person);
	if (len >= IRC_NAME_BYTES) {
		track_forget(step->person);
		return;
	}
	/* Its QUIT was missed: two people cannot have one nick. */
	other = irc_people_in_the_way(&step->track->people, step->person, nick);
	if (other)
		track_forget(other);
	irc_people_rename(&step->track->people, step->person, nick);
}

static void track_on_account(struct track_step *step)
{
	if (!step->person)
		return;
	track_note_affected(step->track, step->person);
	irc_person_set_account(step->person, irc_message_param(step->msg, 0));
}

static void track_on_chghost(struct track_step *step)
{
	if (!step->person)
		return;
	track_note_affected(step->track, step->person);
	irc_person_set(
		step->person, IRC_PERSON_USER, irc_message_param(step->msg, 0));
	irc_person_set(
		step->person, IRC_PERSON_HOST, irc_message_param(step->msg, 1));
}

static void track_on_setname(struct track_step *step)
{
	if (!step->person)
		return;
	track_note_affected(step->track, step->person);
	irc_person_set(step->person, IRC_PERSON_REALNAME,
		irc_message_param(step->msg, 0));
}

static void track_on_away(struct track_step *step)
{
	if (!step->person)
		return;
	track_note_affected(step->track, step->person);
	step->person->user.is_away = step->msg->nparams > 0;
}

static void track_change_list(
	struct track_step *step, const struct irc_mode_change *change)
{
	const struct irc_list_entry entry = {
		.mask = change->param,
		.setter = step->msg->source.raw,
		.set_ms = track_time_ms(step->msg),
	};

	if (!change->param)
		return;
	if (change->add)
		irc_channel_add_entry(step->channel, change->letter, &entry);
	else
		irc_channel_remove_entry(
			step->channel, change->letter, change->param);
}

static void track_change_rank(
	struct track_step *step, const struct irc_mode_change *change)
{
	struct irc_member_node *node =
		irc_channel_find(step->channel, change->param);

	if (node)
		irc_member_set_mode(node, step->track->isupport, change->letter,
			change->add);
}

static void track_change_mode(
	struct track_step *step, const struct irc_mode_change *change)
{
	if (change->class == IRC_MODE_LIST)
		track_change_list(step, change);
	else if (change->class == IRC_MODE_PREFIX)
		track_change_rank(step, change);
	else
		irc_channel_set_mode(step->channel, change->letter, change->add,
			change->param);
}

static void track_apply_modes(struct track_step *step, size_t first)
{
	struct irc_modes modes;
	struct irc_mode_change change;

	if (step->msg->nparams <= first)
		return;
	irc_modes_init(&modes, step->track->isupport, &step->msg->params[first],
		step->msg->nparams - first);
	while (irc_modes_next(&modes, &change))
		track_change_mode(step, &change);
}

static void track_on_mode(struct track_step *step)
{
	track_apply_modes(step, 1);
}

static void track_on_324(struct track_step *step)
{
	irc_channel_clear_modes(step->channel);
	track_apply_modes(step, 2);
	step->channel->modes_known = true;
}

static void track_on_topic(struct track_step *step)
{
	irc_channel_set_topic(
		step->channel, &(struct irc_topic){
				       .text = irc_message_param(step->msg, 1),
				       .setter = step->msg->source.raw,
				       .set_ms = track_time_ms(step->msg),
			       });
}

static void track_on_331(struct track_step *step)
{
	irc_channel_set_topic(
		step->channel, &(struct irc_topic){.text = "", .setter = ""});
}

static void track_on_332(struct track_step *step)
{
	irc_channel_set_topic(
		step->channel, &(struct irc_topic){
				       .text = irc_message_param(step->msg, 2),
				       .setter = "",
			       });
}

static void track_on_333(struct track_step *step)
{
	set_string(
		&step->channel->topic_setter, irc_message_param(step->msg, 2));
	step->channel->topic_ms =
		track_seconds_ms(irc_message_param(step->msg, 3));
}

/* Which list a numeric is of, by our best knowledge of its letter. */
static char track_list_letter(const struct track_step *step)
{
	const struct irc_isupport *isupport = step->track->isupport;

	switch (step->msg->numeric) {
	case RPL_INVEXLIST:
	case RPL_ENDOFINVEXLIST:
		return isupport->invex ? isupport->invex : 'I';
	case RPL_EXCEPTLIST:
	case RPL_ENDOFEXCEPTLIST:
		return isupport->excepts ? isupport->excepts : 'e';
	case RPL_QUIETLIST:
	case RPL_ENDOFQUIETLIST:
		return *irc_message_param(step->msg, 2);
	default:
		return 'b';
	}
}

/* 367 me #channel mask [setter time]; 728 has the letter before the mask. */
static void track_on_entry(struct track_step *step)
{
	char letter = track_list_letter(step);
	size_t at = step->msg->numeric == RPL_QUIETLIST ? 3 : 2;

	irc_channel_list_begin(step->channel, letter);
	irc_channel_add_entry(step->channel, letter,
		&(struct irc_list_entry){
			.mask = irc_message_param(step->msg, at),
			.setter = irc_message_param(step->msg, at + 1),
			.set_ms = track_seconds_ms(
				irc_message_param(step->msg, at + 2)),
		});
}

static void track_on_entries_end(struct track_step *step)
{
	irc_channel_list_end(step->channel, track_list_letter(step));
}

/* Rows: which parameter is the channel that must be known (or NO_CHANNEL). */
enum { NO_CHANNEL = -1 };

static const struct track_word {
	const char *command;
	int channel;
	track_fn *fn;
} WORDS[] = {
	{"JOIN", 0, track_on_join},
	{"PART", 0, track_on_part},
	{"QUIT", NO_CHANNEL, track_on_quit},
	{"NICK", NO_CHANNEL, track_on_nick},
	{"MODE", 0, track_on_mode},
	{"KICK", 0, track_on_kick},
	{"TOPIC", 0, track_on_topic},
	{"ACCOUNT", NO_CHANNEL, track_on_account},
	{"CHGHOST", NO_CHANNEL, track_on_chghost},
	{"SETNAME", NO_CHANNEL, track_on_setname},
	{"AWAY", NO_CHANNEL, track_on_away},
};

static const struct track_numeric {
	int numeric;
	int channel;
	track_fn *fn;
} NUMERICS[] = {
	{RPL_ENDOFWHO, 1, irc_track_on_315},
	{RPL_CHANNELMODEIS, 1, track_on_324},
	{RPL_NOTOPIC, 1, track_on_331},
	{RPL_TOPIC, 1, track_on_332},
	{RPL_TOPICWHOTIME, 1, track_on_333},
	{RPL_INVEXLIST, 1, track_on_entry},
	{RPL_ENDOFINVEXLIST, 1, track_on_entries_end},
	{RPL_EXCEPTLIST, 1, track_on_entry},
	{RPL_ENDOFEXCEPTLIST, 1, track_on_entries_end},
	{RPL_WHOREPLY, 1, irc_track_on_352},
	{RPL_NAMREPLY, 2, irc_track_on_353},
	{RPL_WHOSPCRPL, 2, irc_track_on_354},
	{RPL_ENDOFNAMES, 1, irc_track_on_366},
	{RPL_BANLIST, 1, track_on_entry},
	{RPL_ENDOFBANLIST, 1, track_on_entries_end},
	{RPL_QUIETLIST, 1, track_on_entry},
	{RPL_ENDOFQUIETLIST, 1, track_on_entries_end},
};

static void track_run(struct track_step *step, int channel, track_fn *fn)
{
	if (channel != NO_CHANNEL) {
		step->channel = track_find(step->track,
			irc_message_param(step->msg, (size_t)channel));
		if (!step->channel)
			return;
	}
	fn(step);
}

static void track_run_word(struct track_step *step)
{
	const struct irc_message *msg = step->msg;

	step->person = irc_people_find(&step->track->people, msg->source.nick);
	if (step->person)
		track_learn_source(step->person, msg);
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		if (irc_message_is(msg, WORDS[i].command)) {
			track_run(step, WORDS[i].channel, WORDS[i].fn);
			return;
		}
}

static void track_run_numeric(struct track_step *step)
{
	for (size_t i = 0; i < ARRAY_LEN(NUMERICS); i++)
		if (step->msg->numeric == NUMERICS[i].numeric) {
			track_run(step, NUMERICS[i].channel, NUMERICS[i].fn);
			return;
		}
}

void irc_track_take(struct irc_track *track, const struct irc_message *msg,
	bool has_multi_prefix)
{
	struct track_step step = {
		.track = track,
		.msg = msg,
		.has_multi_prefix = has_multi_prefix,
	};

	track->affected_count = 0;
	if (!track->channels)
		return;
	if (msg->numeric >= 0)
		track_run_numeric(&step);
	else
		track_run_word(&step);
}
