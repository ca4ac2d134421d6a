#include "irc_moderation/stands.h"

#include "irc/channel.h"
#include "irc_moderation/bans.h"
#include "irc_moderation/expel.h"
#include "irc_moderation/ranks.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct irc_stand {
	enum standing_kind kind;
	bool is_set;
	bool is_native;
	char *person_id;
	char *name;
	char *rule;
	char *by;
	char *reason;
	uint64_t first, last; /* tickets */
	size_t left;          /* changes without result */
	bool is_over;
	bool is_undone; /* by somebody else, since it was done */
	enum mirror_outcome outcome;
	char *why;
	struct irc_stand *prev, *next;
};

static void stand_free(
	struct irc_moderation *moderation, struct irc_stand *stand)
{
	DL_DELETE(moderation->stands, stand);
	moderation->stand_count--;
	free(stand->person_id);
	free(stand->name);
	free(stand->rule);
	free(stand->by);
	free(stand->reason);
	free(stand->why);
	free(stand);
}

/* The worst of its parts counts. */
static void worsen(
	struct irc_stand *stand, enum mirror_outcome outcome, const char *why)
{
	if (outcome == MIRROR_DONE || stand->outcome != MIRROR_DONE)
		return;
	stand->outcome = outcome;
	set_string(&stand->why, why);
}

static void end(struct irc_moderation *moderation, struct irc_stand *stand,
	enum mirror_outcome outcome, const char *why)
{
	worsen(stand, outcome, why);
	stand->is_over = true;
	timer_arm(moderation->soon, 0);
}

static void wish(struct irc_moderation *moderation, struct irc_stand *stand,
	bool add, char letter, const char *param)
{
	stand->last = ++moderation->ticket;
	if (!stand->first)
		stand->first = stand->last;
	stand->left++;
	irc_mode_writer_add(moderation->writer, &(struct irc_mode_wish){
							.add = add,
							.letter = letter,
							.param = param,
							.ticket = stand->last,
						});
}

static bool is_person(
	const struct irc_stand *stand, const struct irc_face *face)
{
	return face->is_native == stand->is_native &&
	       str_eq(face->id, stand->person_id);
}

/* --- bans --- */

/* Whom we must never ban: ourselves, and those who are shown here. */
static bool fits_us(const struct irc_moderation *moderation, const char *mask)
{
	const struct irc_isupport *isupport = moderation_isupport(moderation);
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_member *member = NULL;

	while (channel &&
		(member = irc_channel_next_member(channel, member)) != NULL) {
		const struct irc_user *user = member->user;
		const struct irc_ban_face face = {
			.nick = user->nick,
			.user = user->user,
			.host = user->host,
			.account = user->account,
			.is_account_known = user->is_account_known,
		};
		if (irc_ban_fits(isupport, mask, &face) &&
			irc_folk_sort_user(moderation->folk, user) ==
				IRC_SORT_SELF)
			return true;
	}
	return false;
}

static bool make_mask(const struct irc_moderation *moderation,
	const struct irc_ban_face *face, char ret[IRC_MASK_BYTES])
{
	for (int kind = 0; kind < BAN_KINDS; kind++)
		if (irc_ban_make(moderation_isupport(moderation),
			    (enum irc_ban_kind)kind, moderation->ban_mask, face,
			    ret) == 0 &&
			!fits_us(moderation, ret))
			return true;
	return false;
}

/* Masks of all their faces; those that are alike once. The first is the rule
 * that is told. */
static void ban_faces(
	struct irc_moderation *moderation, struct irc_stand *stand)
{
	struct irc_face *face;
	struct irc_face *next;
	char mask[IRC_MASK_BYTES];

	HASH_ITER (hh, moderation->faces.all, face, next) {
		struct irc_ban_face one = irc_face_of(face);
		if (!is_person(stand, face) ||
			(stand->rule &&
				irc_ban_fits(moderation_isupport(moderation),
					stand->rule, &one)) ||
			!make_mask(moderation, &one, mask))
			continue;
		if (!stand->rule)
			set_string(&stand->rule, mask);
		wish(moderation, stand, true, 'b', mask);
	}
}

/* Who is not known by sight: by what their id says. */
static bool mask_by_name(const struct irc_moderation *moderation,
	const char *person_id, const char *name, char ret[IRC_MASK_BYTES])
{
	const char *local = strchr(person_id, '/');
	bool is_account = local && local[1] == '@';
	const struct irc_ban_face face = {
		.nick = is_account ? "" : str_or_empty(name),
		.user = "",
		.host = "",
		.account = is_account ? local + 2 : "",
	};

	return make_mask(moderation, &face, ret);
}

static void ban_name(struct irc_moderation *moderation, struct irc_stand *stand)
{
	char mask[IRC_MASK_BYTES];

	if (!mask_by_name(moderation, stand->person_id, stand->name, mask))
		return;
	set_string(&stand->rule, mask);
	wish(moderation, stand, true, 'b', mask);
}

char *irc_stands_rule(
	struct irc_moderation *moderation, const struct standing_change *change)
{
	const struct irc_face *face;
	const struct irc_face *next;
	char mask[IRC_MASK_BYTES];

	if (change->kind != STANDING_BANNED || !change->is_set ||
		!change->is_native)
		return NULL;
	for (face = moderation->faces.all; face; face = next) {
		struct irc_ban_face one = irc_face_of(face);

		next = face->hh.next;
		if (face->is_native && str_eq(face->id, change->person_id) &&
			make_mask(moderation, &one, mask))
			return xstrdup(mask);
	}
	return mask_by_name(moderation, change->person_id, change->name, mask)
		       ? xstrdup(mask)
		       : NULL;
}

static void begin_ban(
	struct irc_moderation *moderation, struct irc_stand *stand)
{
	if (!stand->is_native) {
		end(moderation, stand, MIRROR_NOT_SHOWN,
			"who is shown here is dismissed, not banned");
		return;
	}
	if (stand->rule)
		wish(moderation, stand, true, 'b', stand->rule);
	ban_faces(moderation, stand);
	if (!stand->left)
		ban_name(moderation, stand);
	if (!stand->left)
		end(moderation, stand, MIRROR_REFUSED,
			"there is no mask that fits this person and not us");
}

static bool fits_person(const struct irc_moderation *moderation,
	const struct irc_stand *stand, const char *mask, bool *ret_others)
{
	const struct irc_face *face;
	const struct irc_face *next;
	bool fits = false;

	for (face = moderation->faces.all; face; face = next) {
		struct irc_ban_face one = irc_face_of(face);
		next = face->hh.next;
		if (!irc_ban_fits(moderation_isupport(moderation), mask, &one))
			continue;
		if (is_person(stand, face))
			fits = true;
		else
			*ret_others = true;
	}
	return fits;
}

/* All that fit them, but none that fits others too. */
static void lift_all(struct irc_moderation *moderation, struct irc_stand *stand)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_list_entry *entry = NULL;

	while (channel &&
		(entry = irc_channel_next_entry(channel, 'b', entry)) != NULL) {
		bool has_others = false;
		if (!fits_person(moderation, stand, entry->mask, &has_others))
			continue;
		if (!has_others)
			wish(moderation, stand, false, 'b', entry->mask);
		else
			worsen(stand, MIRROR_REFUSED,
				"the ban fits others too");
	}
}

static void begin_unban(
	struct irc_moderation *moderation, struct irc_stand *stand)
{
	const struct irc_channel *channel = moderation_channel(moderation);

	if (!stand->rule)
		lift_all(moderation, stand);
	else if (irc_channel_entry(channel, 'b', stand->rule) ||
		 !irc_channel_list_is_complete(channel, 'b'))
		wish(moderation, stand, false, 'b', stand->rule);
	if (!stand->left)
		end(moderation, stand, MIRROR_DONE, NULL);
}

/* The ban stands: they go. */
static void expel(
	struct irc_moderation *moderation, const struct irc_stand *stand)
{
	const struct removal removal = {
		.person_id = stand->person_id,
		.name = stand->name,
		.actor = stand->by,
		.reason = stand->reason,
	};
	struct irc_face *face;
	struct irc_face *next;

	HASH_ITER (hh, moderation->faces.all, face, next)
		if (face->is_here && is_person(stand, face))
			/* Banned they are in any case. */
			(void)!irc_expel_for(moderation->conn,
				moderation->channel, face->nick, &removal,
				"banned in Chime");
}

/* --- moderators --- */

static const struct irc_member *member_of(
	const struct irc_moderation *moderation, const struct irc_face *face)
{
	const struct irc_channel *channel = moderation_channel(moderation);

	return channel && face->is_here
		       ? irc_channel_member(channel, face->nick)
		       : NULL;
}

static void promote(struct irc_moderation *moderation, struct irc_stand *stand,
	const struct irc_member *member)
{
	const char *modes = moderation->moderator_modes;

	if (!irc_ranks_is_moderator(moderation, member))
		wish(moderation, stand, true, modes[strlen(modes) - 1],
			member->user->nick);
}

static void demote(struct irc_moderation *moderation, struct irc_stand *stand,
	const struct irc_member *member)
{
	for (const char *mode = moderation->moderator_modes; *mode; mode++)
		if (irc_member_has_mode(member, *mode))
			wish(moderation, stand, false, *mode,
				member->user->nick);
}

static void begin_rank(
	struct irc_moderation *moderation, struct irc_stand *stand)
{
	struct irc_face *face;
	struct irc_face *next;
	bool is_here = false;

	HASH_ITER (hh, moderation->faces.all, face, next) {
		const struct irc_member *member = member_of(moderation, face);
		if (!member || !is_person(stand, face))
			continue;
		is_here = true;
		if (stand->is_set)
			promote(moderation, stand, member);
		else
			demote(moderation, stand, member);
	}
	if (!is_here)
		end(moderation, stand, MIRROR_NOT_SHOWN, "is not there now");
	else if (!stand->left)
		end(moderation, stand, MIRROR_DONE, NULL);
}

/* --- all --- */

static void begin(struct irc_moderation *moderation, struct irc_stand *stand)
{
	if (moderation->stand_count > MODERATION_STANDS_MAX)
		end(moderation, stand, MIRROR_LATER,
			"there are too many changes at once");
	else if (!moderation->is_in || !moderation_channel(moderation))
		end(moderation, stand, MIRROR_LATER,
			"the bridge is not in the channel");
	else if (stand->kind == STANDING_MODERATOR)
		begin_rank(moderation, stand);
	else if (stand->is_set)
		begin_ban(moderation, stand);
	else
		begin_unban(moderation, stand);
}

void irc_stands_begin(
	struct irc_moderation *moderation, const struct standing_change *change)
{
	struct irc_stand *stand = xcalloc(1, sizeof(*stand));

	stand->kind = change->kind;
	stand->is_set = change->is_set;
	stand->is_native = change->is_native;
	stand->person_id = xstrdup(change->person_id);
	stand->name = xstrdup_null(change->name);
	stand->rule = xstrdup_null(change->rule);
	stand->by = xstrdup_null(change->by);
	stand->reason = xstrdup_null(change->reason);
	stand->outcome = MIRROR_DONE;
	DL_APPEND(moderation->stands, stand);
	moderation->stand_count++;
	begin(moderation, stand);
}

static enum mirror_outcome outcome_of(enum irc_mode_fate fate)
{
	static const enum mirror_outcome outcomes[] = {
		[MODE_DONE] = MIRROR_DONE,
		[MODE_REFUSED] = MIRROR_REFUSED,
		[MODE_DENIED] = MIRROR_REFUSED,
		[MODE_ABSENT] = MIRROR_NOT_SHOWN,
		[MODE_LATER] = MIRROR_LATER,
	};

	return outcomes[fate];
}

bool irc_stands_result(
	struct irc_moderation *moderation, const struct irc_mode_result *result)
{
	struct irc_stand *stand;

	DL_FOREACH (moderation->stands, stand)
		if (result->ticket >= stand->first &&
			result->ticket <= stand->last && stand->left > 0)
			break;
	if (!stand)
		return false;
	if (stand->kind == STANDING_BANNED && stand->is_set &&
		result->ticket == stand->first && result->fate == MODE_DONE)
		set_string(&stand->rule, result->param);
	worsen(stand, outcome_of(result->fate), result->why);
	if (--stand->left > 0)
		return true;
	if (stand->kind == STANDING_BANNED && stand->is_set &&
		stand->outcome == MIRROR_DONE)
		expel(moderation, stand);
	end(moderation, stand, MIRROR_DONE, NULL);
	return true;
}

void irc_stands_seen(
	struct irc_moderation *moderation, const char *mask, bool is_set)
{
	struct irc_stand *stand;

	DL_FOREACH (moderation->stands, stand)
		if (stand->kind == STANDING_BANNED && stand->is_set &&
			stand->rule &&
			irc_casemap_equal(
				moderation_isupport(moderation)->casemap,
				stand->rule, mask))
			stand->is_undone = !is_set;
}

/* Lifted, and set again. */
static void tell_banned(
	struct irc_moderation *moderation, const struct irc_stand *stand)
{
	struct irc_face *face;
	struct irc_face *next;

	if (stand->rule) {
		irc_bans_again(moderation, stand->rule);
		return;
	}
	HASH_ITER (hh, moderation->faces.all, face, next) {
		if (moderation->is_closed)
			return;
		if (is_person(stand, face))
			irc_bans_seen(moderation, face);
	}
}

/* What was seen before it was told as done is news only now. */
static void tell_undone(
	struct irc_moderation *moderation, const struct irc_stand *stand)
{
	const struct standing standing = {
		.kind = STANDING_BANNED,
		.rule = stand->rule,
	};

	if (stand->outcome != MIRROR_DONE)
		return;
	if (stand->kind == STANDING_MODERATOR)
		irc_ranks_undone(moderation, stand->person_id, stand->is_native,
			stand->is_set);
	else if (!stand->is_set)
		tell_banned(moderation, stand);
	else if (stand->is_undone)
		moderation_tell(moderation, &standing, NULL);
}

static struct irc_stand *first_over(const struct irc_moderation *moderation)
{
	struct irc_stand *stand;

	DL_FOREACH (moderation->stands, stand)
		if (stand->is_over)
			return stand;
	return NULL;
}

void irc_stands_tell(struct irc_moderation *moderation)
{
	struct irc_stand *stand;

	while (!moderation->is_closed &&
		(stand = first_over(moderation)) != NULL) {
		struct standing_receipt receipt = {
			.kind = stand->kind,
			.is_set = stand->is_set,
			.person_id = stand->person_id,
			.outcome = stand->outcome,
			.rule = stand->kind == STANDING_BANNED ? stand->rule
							       : NULL,
			.why = stand->outcome == MIRROR_DONE ? NULL
							     : stand->why,
		};
		if (moderation->sink.stood)
			moderation->sink.stood(moderation->sink.arg, &receipt);
		if (!moderation->is_closed)
			tell_undone(moderation, stand);
		stand_free(moderation, stand);
	}
}

void irc_stands_release(struct irc_moderation *moderation)
{
	while (moderation->stands)
		stand_free(moderation, moderation->stands);
}
