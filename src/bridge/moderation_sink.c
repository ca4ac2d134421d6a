#include "bridge/moderation_sink.h"

#include "people/readmit.h"

static void on_standings(struct mapping *mapping, enum reconcile_side side,
	const struct standing_list *list)
{
	if (mapping->reconcile)
		reconcile_on_standings(mapping->reconcile, side, list);
}

static void on_standing(struct mapping *mapping, enum reconcile_side side,
	const struct standing *standing)
{
	if (mapping->reconcile)
		reconcile_on_standing(mapping->reconcile, side, standing);
}

static void on_stood(struct mapping *mapping, enum reconcile_side side,
	const struct standing_receipt *receipt)
{
	if (mapping->reconcile)
		reconcile_on_stood(mapping->reconcile, side, receipt);
}

static void on_attribute(struct mapping *mapping, enum reconcile_side side,
	const struct attribute_state *state)
{
	if (mapping->reconcile)
		reconcile_on_attribute(mapping->reconcile, side, state);
}

static void on_attribute_set(struct mapping *mapping, enum reconcile_side side,
	const struct attribute_receipt *receipt)
{
	if (mapping->reconcile)
		reconcile_on_attribute_set(mapping->reconcile, side, receipt);
}

/* Lists tell of everybody again and again. */
static bool is_known_here(const struct mapping *mapping,
	enum reconcile_side side, const struct presence *presence)
{
	bool is_native = presence->origin == ORIGIN_PERSON;
	const struct mirror *mirror = (side == SIDE_IRC) == is_native
					      ? mapping->shown_in_chime
					      : mapping->shown_in_irc;
	const struct member *member =
		roster_find(&mirror->roster, presence->person.id);

	if (!member)
		return false;
	return is_native ? member->place == MEMBER_HERE : member->is_shown;
}

void moderation_on_presence(struct mapping *mapping, enum reconcile_side side,
	const struct presence *presence)
{
	if (mapping->reconcile && presence->kind == PRESENCE_HERE &&
		!is_known_here(mapping, side, presence))
		reconcile_on_person(
			mapping->reconcile, side, presence->person.id);
}

void moderation_on_mirrored(struct mapping *mapping, enum reconcile_side side,
	const struct mirror_receipt *receipt)
{
	if (mapping->reconcile && receipt->is_here &&
		receipt->outcome == MIRROR_DONE)
		reconcile_on_person(
			mapping->reconcile, side, receipt->person_id);
}

/* --- IRC -------------------------------------------------------------------
 */

static void irc_on_standings(void *arg, const struct standing_list *list)
{
	on_standings(arg, SIDE_IRC, list);
}

static void irc_on_standing(void *arg, const struct standing *standing)
{
	on_standing(arg, SIDE_IRC, standing);
}

static void irc_on_stood(void *arg, const struct standing_receipt *receipt)
{
	on_stood(arg, SIDE_IRC, receipt);
}

static void irc_on_attribute(void *arg, const struct attribute_state *state)
{
	on_attribute(arg, SIDE_IRC, state);
}

static void irc_on_attribute_set(
	void *arg, const struct attribute_receipt *receipt)
{
	on_attribute_set(arg, SIDE_IRC, receipt);
}

static void on_right(struct mapping *mapping, enum reconcile_side side,
	enum right right, bool may, const char *why)
{
	if (mapping->reconcile)
		reconcile_on_right(mapping->reconcile, side, right, may, why);
}

static void irc_on_right(void *arg, enum right right, bool may, const char *why)
{
	on_right(arg, SIDE_IRC, right, may, why);
}

void moderation_sink_irc(struct end_sink *sink)
{
	sink->standings = irc_on_standings;
	sink->standing = irc_on_standing;
	sink->stood = irc_on_stood;
	sink->attribute = irc_on_attribute;
	sink->attribute_set = irc_on_attribute_set;
	sink->right = irc_on_right;
}

/* --- Chime -----------------------------------------------------------------
 */

static void chime_on_standings(void *arg, const struct standing_list *list)
{
	on_standings(arg, SIDE_CHIME, list);
}

/* A ban in Chime ends the membership of whoever is shown there. */
static void chime_on_standing(void *arg, const struct standing *standing)
{
	struct mapping *mapping = arg;

	if (standing->kind == STANDING_BANNED && standing->is_set &&
		standing->person && !standing->is_native)
		unadmit(mapping->shown_in_chime, standing->person->id);
	on_standing(mapping, SIDE_CHIME, standing);
}

static void chime_on_stood(void *arg, const struct standing_receipt *receipt)
{
	struct mapping *mapping = arg;

	if (receipt->kind == STANDING_BANNED && receipt->is_set &&
		receipt->outcome == MIRROR_DONE)
		unadmit(mapping->shown_in_chime, receipt->person_id);
	on_stood(mapping, SIDE_CHIME, receipt);
}

static void chime_on_attribute(void *arg, const struct attribute_state *state)
{
	on_attribute(arg, SIDE_CHIME, state);
}

static void chime_on_attribute_set(
	void *arg, const struct attribute_receipt *receipt)
{
	on_attribute_set(arg, SIDE_CHIME, receipt);
}

static void chime_on_right(
	void *arg, enum right right, bool may, const char *why)
{
	on_right(arg, SIDE_CHIME, right, may, why);
}

void moderation_sink_chime(struct end_sink *sink)
{
	sink->standings = chime_on_standings;
	sink->standing = chime_on_standing;
	sink->stood = chime_on_stood;
	sink->attribute = chime_on_attribute;
	sink->attribute_set = chime_on_attribute_set;
	sink->right = chime_on_right;
}
