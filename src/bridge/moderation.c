#include "bridge/moderation.h"

#include "bridge/mapping.h"
#include "bridge/members.h"
#include "people/readmit.h"
#include "util/str.h"

#include <errno.h>

/* --- what the reconciler asks of the bridge --------------------------------
 */

static size_t crowd(void *arg)
{
	struct mapping *mapping = arg;
	struct mirror_stats irc, chime;

	mapping_mirror_stats(mapping, LANE_TO_CHIME, &irc);
	mapping_mirror_stats(mapping, LANE_TO_IRC, &chime);
	return irc.here + chime.here;
}

static void note(struct end_room *room, const char *text)
{
	if (room && room->ops->note)
		room->ops->note(room, text);
}

static void say(void *arg, const char *text)
{
	struct mapping *mapping = arg;

	note(mapping->irc, text);
	note(mapping->chime, text);
}

static void restored(void *arg, enum reconcile_side side, const char *person_id)
{
	struct mapping *mapping = arg;
	struct mirror *mirror = side == SIDE_IRC ? mapping->shown_in_irc
						 : mapping->shown_in_chime;

	readmit(mirror, person_id);
}

static int find_in(const struct mirror *mirror, const char *who,
	const struct member **found)
{
	struct member *member = NULL;
	struct member *next = NULL;

	HASH_ITER (hh, mirror->roster.members, member, next) {
		if (!str_eq_nocase(member->name, who))
			continue;
		if (*found)
			return -ENOTUNIQ;
		*found = member;
	}
	return 0;
}

/* People of IRC are those who are shown in Chime, and the other way round. */
static int find(void *arg, const char *who, struct reconcile_person *ret)
{
	struct mapping *mapping = arg;
	const struct mirror *mirrors[SIDES] = {
		[SIDE_IRC] = mapping->shown_in_chime,
		[SIDE_CHIME] = mapping->shown_in_irc,
	};
	const struct member *found = NULL;
	enum reconcile_side home = SIDE_IRC;

	for (size_t i = 0; i < SIDES && !found; i++) {
		found = roster_find(&mirrors[i]->roster, who);
		home = (enum reconcile_side)i;
	}
	for (size_t i = 0; i < SIDES && !found; i++) {
		if (find_in(mirrors[i], who, &found) < 0)
			return -ENOTUNIQ;
		home = (enum reconcile_side)i;
	}
	if (!found)
		return -ENOENT;
	*ret = (struct reconcile_person){
		.id = found->id,
		.name = found->name,
		.home = home,
	};
	return 0;
}

static bool goes(const struct reconcile_ways *ways)
{
	return ways->to_irc || ways->to_chime;
}

static bool is_wanted(const struct moderation_params *params)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		if (goes(&params->standings[i]))
			return true;
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (goes(&params->attributes[i]))
			return true;
	return false;
}

int mapping_keep_alike(struct mapping *mapping, const struct mapping_env *env,
	const struct moderation_params *params)
{
	struct reconcile_params setup = {
		.loop = env->loop,
		.store = env->store,
		.mapping = mapping->name,
		.winner = params->winner,
		.max_changes = params->max_changes,
		.crowd = crowd,
		.find = find,
		.restored = params->unban_restores ? restored : NULL,
		.say = say,
		.arg = mapping,
	};

	if (!is_wanted(params))
		return 0;
	for (size_t i = 0; i < STANDING_KINDS; i++)
		setup.standings[i] = params->standings[i];
	for (size_t i = 0; i < ATTRIBUTES; i++)
		setup.attributes[i] = params->attributes[i];
	mapping->reconcile = reconcile_new(&setup);
	return mapping->reconcile ? 0 : -EIO;
}

/* --- for those who ask -----------------------------------------------------
 */

int mapping_order(struct mapping *mapping, const struct reconcile_order *order)
{
	if (!mapping->reconcile)
		return -EOPNOTSUPP;
	return reconcile_order(mapping->reconcile, order);
}

size_t mapping_confirm(struct mapping *mapping)
{
	return mapping->reconcile ? reconcile_confirm(mapping->reconcile) : 0;
}

void mapping_standings(struct mapping *mapping, enum standing_kind kind,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg)
{
	if (mapping->reconcile)
		reconcile_each(mapping->reconcile, kind, fn, arg);
}

void mapping_attributes(struct mapping *mapping,
	void (*fn)(void *arg, const struct reconcile_attribute *attribute),
	void *arg)
{
	if (mapping->reconcile)
		reconcile_each_attribute(mapping->reconcile, fn, arg);
}

bool mapping_moderation_stats(
	const struct mapping *mapping, struct reconcile_stats *ret)
{
	if (!mapping->reconcile)
		return false;
	reconcile_get_stats(mapping->reconcile, ret);
	return true;
}
