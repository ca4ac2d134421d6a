#include "irc_moderation/bans.h"

#include "irc/channel.h"
#include "irc_moderation/stands.h"
#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { BAN_LETTER = 'b' };

/* --- as they were told ---
 *
 * Some servers lift a ban that is named in other letters, and then tell of it
 * in those.
 */

static struct irc_told_ban *find_told(
	const struct irc_moderation *moderation, const char *mask)
{
	struct irc_told_ban *told = NULL;
	struct irc_told_ban *next = NULL;

	HASH_FIND_STR(moderation->told_bans, mask, told);
	if (told)
		return told;
	HASH_ITER (hh, moderation->told_bans, told, next) {
		if (irc_casemap_equal(moderation_isupport(moderation)->casemap,
			    told->mask, mask))
			return told;
	}
	return NULL;
}

static void forget_told(
	struct irc_moderation *moderation, struct irc_told_ban *told)
{
	HASH_DEL(moderation->told_bans, told);
	free(told);
}

void irc_bans_release(struct irc_moderation *moderation)
{
	struct irc_told_ban *told = NULL;
	struct irc_told_ban *next = NULL;

	HASH_ITER (hh, moderation->told_bans, told, next) {
		forget_told(moderation, told);
	}
}

static void keep_told(struct irc_moderation *moderation, const char *mask)
{
	struct irc_told_ban *told = NULL;
	size_t len = strlen(mask);

	HASH_FIND(hh, moderation->told_bans, mask, len, told);
	if (told ||
		HASH_COUNT(moderation->told_bans) >= IRC_CHANNEL_ENTRIES_MAX)
		return;
	told = xcalloc(1, sizeof(*told) + len + 1);
	memcpy(told->mask, mask, len);
	HASH_ADD_STR(moderation->told_bans, mask, told);
}

bool irc_bans_is_except(const struct irc_moderation *moderation, char letter)
{
	char excepts = moderation_isupport(moderation)->excepts;

	return excepts && letter == excepts;
}

static bool is_excepted(const struct irc_moderation *moderation,
	const struct irc_ban_face *face)
{
	const struct irc_isupport *isupport = moderation_isupport(moderation);
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_list_entry *entry = NULL;

	if (!channel || !isupport->excepts)
		return false;
	while ((entry = irc_channel_next_entry(
			channel, isupport->excepts, entry)) != NULL)
		if (irc_ban_fits(isupport, entry->mask, face))
			return true;
	return false;
}

static void tell(struct irc_moderation *moderation, const char *rule,
	bool is_set, const struct irc_face *face, const struct irc_doing *doing)
{
	const struct standing standing = {
		.kind = STANDING_BANNED,
		.is_set = is_set,
		.rule = rule,
		.by = irc_doing_by(doing),
		.at_ms = doing->at_ms,
		.is_automatic = doing->is_automatic,
	};

	moderation_tell(moderation, &standing, face);
}

/* All whom it fits. */
static void tell_rule(struct irc_moderation *moderation, const char *mask,
	const struct irc_doing *doing)
{
	struct irc_face *face;
	struct irc_face *next;
	bool fits_any = false;

	keep_told(moderation, mask);
	HASH_ITER (hh, moderation->faces.all, face, next) {
		struct irc_ban_face one = irc_face_of(face);
		if (moderation->is_closed)
			return;
		if (!irc_ban_fits(
			    moderation_isupport(moderation), mask, &one) ||
			is_excepted(moderation, &one))
			continue;
		tell(moderation, mask, true, face, doing);
		fits_any = true;
	}
	if (!fits_any)
		tell(moderation, mask, true, NULL, doing);
}

void irc_bans_again(struct irc_moderation *moderation, const char *mask)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_list_entry *entry =
		channel ? irc_channel_entry(channel, BAN_LETTER, mask) : NULL;
	struct irc_doing doing;

	if (!entry)
		return;
	irc_doing_init(&doing);
	irc_doing_of_setter(
		&doing, moderation->folk, entry->setter, entry->set_ms);
	tell_rule(moderation, entry->mask, &doing);
	irc_doing_release(&doing);
}

/* It may have fitted them before they were excepted. */
static void tell_excepted(struct irc_moderation *moderation, const char *mask)
{
	struct irc_face *face;
	struct irc_face *next;
	const struct irc_channel *channel = moderation_channel(moderation);
	struct irc_doing nobody;

	if (!channel || !irc_channel_list_count(channel,
				moderation_isupport(moderation)->excepts))
		return;
	irc_doing_init(&nobody);
	HASH_ITER (hh, moderation->faces.all, face, next) {
		struct irc_ban_face one = irc_face_of(face);
		if (moderation->is_closed)
			break;
		if (irc_ban_fits(moderation_isupport(moderation), mask, &one) &&
			is_excepted(moderation, &one))
			tell(moderation, mask, false, face, &nobody);
	}
	irc_doing_release(&nobody);
}

void irc_bans_tell_all(struct irc_moderation *moderation)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_list_entry *entry = NULL;
	struct irc_doing doing;
	bool is_whole;

	if (!channel)
		return;
	is_whole = !moderation->waits_bans && !moderation->waits_excepts &&
		   irc_channel_list_is_complete(channel, BAN_LETTER) &&
		   irc_channel_list_count(channel, BAN_LETTER) <
			   IRC_CHANNEL_ENTRIES_MAX;
	irc_bans_release(moderation);
	irc_doing_init(&doing);
	moderation_tell_list(moderation, STANDING_BANNED, ROSTER_BEGINS, false);
	while (!moderation->is_closed && !moderation->waits_excepts &&
		(entry = irc_channel_next_entry(channel, BAN_LETTER, entry)) !=
			NULL) {
		irc_doing_of_setter(
			&doing, moderation->folk, entry->setter, entry->set_ms);
		tell_rule(moderation, entry->mask, &doing);
		tell_excepted(moderation, entry->mask);
	}
	moderation_tell_list(
		moderation, STANDING_BANNED, ROSTER_COMPLETE, is_whole);
	irc_doing_release(&doing);
}

/* Each ban that fits this one, set or (being excepted) not. */
static void tell_face(struct irc_moderation *moderation,
	const struct irc_face *face, bool is_set, const struct irc_doing *why)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_list_entry *entry = NULL;
	struct irc_ban_face one = irc_face_of(face);
	struct irc_doing doing;

	if (!channel)
		return;
	irc_doing_init(&doing);
	while (!moderation->is_closed &&
		(entry = irc_channel_next_entry(channel, BAN_LETTER, entry)) !=
			NULL) {
		if (!irc_ban_fits(
			    moderation_isupport(moderation), entry->mask, &one))
			continue;
		irc_doing_of_setter(
			&doing, moderation->folk, entry->setter, entry->set_ms);
		tell(moderation, entry->mask, is_set, face, why ? why : &doing);
	}
	irc_doing_release(&doing);
}

void irc_bans_seen(
	struct irc_moderation *moderation, const struct irc_face *face)
{
	struct irc_ban_face one = irc_face_of(face);
	struct irc_doing nobody;

	irc_doing_init(&nobody);
	if (is_excepted(moderation, &one))
		tell_face(moderation, face, false, &nobody);
	else
		tell_face(moderation, face, true, NULL);
	irc_doing_release(&nobody);
}

/* Who is excepted is banned no more; who is not any more is again. */
static void except_changed(struct irc_moderation *moderation,
	const struct irc_mode_change *change, const struct irc_doing *doing)
{
	struct irc_face *face;
	struct irc_face *next;

	HASH_ITER (hh, moderation->faces.all, face, next) {
		struct irc_ban_face one = irc_face_of(face);
		if (moderation->is_closed)
			return;
		if (!irc_ban_fits(moderation_isupport(moderation),
			    change->param, &one) ||
			is_excepted(moderation, &one) != change->add)
			continue;
		tell_face(moderation, face, !change->add, doing);
	}
}

static void tell_lifted(struct irc_moderation *moderation, const char *mask,
	const struct irc_doing *doing)
{
	struct irc_told_ban *told = find_told(moderation, mask);
	char *AUTOFREE rule = xstrdup(told ? told->mask : mask);

	if (told)
		forget_told(moderation, told);
	tell(moderation, rule, false, NULL, doing);
}

void irc_bans_changed(struct irc_moderation *moderation,
	const struct irc_mode_change *change, const struct irc_doing *doing)
{
	if (!change->param)
		return;
	if (irc_bans_is_except(moderation, change->letter))
		except_changed(moderation, change, doing);
	if (change->letter != BAN_LETTER)
		return;
	irc_stands_seen(moderation, change->param, change->add);
	if (change->add)
		tell_rule(moderation, change->param, doing);
	else
		tell_lifted(moderation, change->param, doing);
}
