#include "standing_world.h"

#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const unsigned fits[MASKS] = {1, 2, 4, 8, 16, 32, 3, 6, 15, 1};

uint32_t standing_below(struct standing_world *model, uint32_t n)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return (uint32_t)(model->random >> 33) % n;
}

static void format_id(char id[8], size_t p)
{
	snprintf(id, 8, "%c%zu", p < NATIVES ? 'i' : 'c', p);
}

static void format_mask(char mask[8], size_t m)
{
	snprintf(mask, 8, "m%zu", m);
}

bool standing_fits(size_t m, size_t p)
{
	return (fits[m] >> p & 1) && (m < PEOPLE || p < NATIVES);
}

bool standing_is_banned(const struct standing_world *model, size_t p)
{
	for (size_t m = 0; m < MASKS; m++)
		if (model->has_mask[m] && standing_fits(m, p))
			return true;
	return false;
}

void standing_fail(
	const struct standing_world *model, const char *what, size_t p)
{
	fail_msg("case %zu: %s (person %zu)", model->number, what, p);
}

/* --- telling ---------------------------------------------------------------
 */

static void tell(struct standing_world *model, enum reconcile_side side,
	size_t p, struct standing standing)
{
	char id[8];
	struct person person = {.id = id, .name = id};

	format_id(id, p);
	standing.person = &person;
	standing.is_native = (p < NATIVES) == (side == SIDE_IRC);
	reconcile_rig_tell(&model->rig, side, &standing);
}

void standing_tell_mask(struct standing_world *model, size_t m, bool may_hide)
{
	char mask[8];
	struct standing standing = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.rule = mask,
		.is_automatic = model->is_ours[m],
	};

	format_mask(mask, m);
	reconcile_rig_tell(&model->rig, SIDE_IRC, &standing);
	/* Whom we have banned ourselves is known over there. */
	may_hide = may_hide && !model->is_ours[m];
	for (size_t p = 0; p < PEOPLE; p++)
		if (standing_fits(m, p) &&
			!(may_hide && standing_below(model, 8) == 0))
			tell(model, SIDE_IRC, p, standing);
}

void standing_tell_unmask(struct standing_world *model, size_t m, bool is_ours)
{
	char mask[8];
	struct standing standing = {
		.kind = STANDING_BANNED,
		.rule = mask,
		.is_automatic = is_ours,
	};

	format_mask(mask, m);
	reconcile_rig_tell(&model->rig, SIDE_IRC, &standing);
}

void standing_tell_op(struct standing_world *model, size_t p)
{
	struct standing standing = {
		.kind = STANDING_MODERATOR,
		.is_set = model->is_op[p],
	};

	tell(model, SIDE_IRC, p, standing);
}

static void list(struct standing_world *model, enum reconcile_side side,
	enum standing_kind kind, enum roster_state state)
{
	struct standing_list news = {
		.kind = kind,
		.state = state,
		.is_whole = side == SIDE_CHIME || kind == STANDING_BANNED,
	};

	reconcile_on_standings(model->rig.reconcile, side, &news);
}

void standing_list_irc(struct standing_world *model)
{
	list(model, SIDE_IRC, STANDING_BANNED, ROSTER_BEGINS);
	for (size_t m = 0; m < MASKS; m++)
		if (model->has_mask[m])
			standing_tell_mask(model, m, true);
	list(model, SIDE_IRC, STANDING_BANNED, ROSTER_COMPLETE);
	list(model, SIDE_IRC, STANDING_MODERATOR, ROSTER_BEGINS);
	for (size_t p = 0; p < NATIVES; p++)
		standing_tell_op(model, p);
	list(model, SIDE_IRC, STANDING_MODERATOR, ROSTER_COMPLETE);
}

/* What is said of the first of them is older than what is said of the others,
 * as is a list of several pages. */
void standing_page_chime(struct standing_world *model, size_t from, size_t to)
{
	struct standing ban = {.kind = STANDING_BANNED, .is_set = true};
	struct standing moderator = {
		.kind = STANDING_MODERATOR,
		.is_set = true,
	};

	for (size_t p = from; p < to; p++) {
		if (model->is_banned[p])
			tell(model, SIDE_CHIME, p, ban);
		if (model->is_moderator[p])
			tell(model, SIDE_CHIME, p, moderator);
	}
}

void standing_frame_chime(struct standing_world *model, enum roster_state state)
{
	list(model, SIDE_CHIME, STANDING_BANNED, state);
	list(model, SIDE_CHIME, STANDING_MODERATOR, state);
}

void standing_list_chime(struct standing_world *model)
{
	standing_frame_chime(model, ROSTER_BEGINS);
	standing_page_chime(model, 0, PEOPLE);
	standing_frame_chime(model, ROSTER_COMPLETE);
}

/* --- the ends ---------------------------------------------------------------
 */

static size_t index_of(const char *name)
{
	return (size_t)(name[1] - '0');
}

static void lift_on_irc(
	struct standing_world *model, const struct fake_stand *one)
{
	size_t p = index_of(one->id);

	for (size_t m = 0; m < MASKS; m++) {
		char mask[8];

		format_mask(mask, m);
		if (!model->has_mask[m] || !standing_fits(m, p) ||
			(one->has_rule && !str_eq(one->rule, mask)))
			continue;
		model->has_mask[m] = false;
		standing_tell_unmask(model, m, true);
	}
}

static void do_irc(struct standing_world *model, const struct fake_stand *one)
{
	size_t p = index_of(one->id);

	if (one->kind == STANDING_MODERATOR) {
		model->is_op[p] = one->is_set;
		standing_tell_op(model, p);
	} else if (one->is_set) {
		model->has_mask[p] = true;
		model->is_ours[p] = true;
		standing_tell_mask(model, p, false);
	} else {
		lift_on_irc(model, one);
	}
}

static void do_chime(struct standing_world *model, const struct fake_stand *one)
{
	size_t p = index_of(one->id);

	if (one->kind == STANDING_MODERATOR)
		model->is_moderator[p] = one->is_set;
	else
		model->is_banned[p] = one->is_set;
}

static enum mirror_outcome outcome_of(struct standing_world *model,
	enum reconcile_side side, const struct fake_stand *one)
{
	size_t p = index_of(one->id);
	uint32_t die = standing_below(model, 8);

	if (side == SIDE_IRC &&
		(p == HIDDEN ||
			(p >= NATIVES && one->kind == STANDING_MODERATOR)))
		return MIRROR_NOT_SHOWN;
	if (model->is_refusing && die == 0)
		return MIRROR_REFUSED;
	return model->is_refusing && die == 1 ? MIRROR_LATER : MIRROR_DONE;
}

void standing_answer(
	struct standing_world *model, enum reconcile_side side, bool is_lost)
{
	struct fake_stand one = fake_stands_take(&model->rig.ends[side], 0);
	enum mirror_outcome outcome = outcome_of(model, side, &one);
	size_t p = index_of(one.id);
	char mask[8];
	struct standing_receipt receipt = {
		.kind = one.kind,
		.is_set = one.is_set,
		.person_id = one.id,
		.outcome = outcome,
		.rule = one.has_rule ? one.rule : NULL,
		.why = "because",
	};

	/* What means nothing there is tried again now and then. */
	if (!model->is_touched[p] && outcome != MIRROR_NOT_SHOWN)
		standing_fail(model, "nobody has touched them", p);
	if (!(side == SIDE_IRC
			    ? model->rig.params.standings[one.kind].to_irc
			    : model->rig.params.standings[one.kind].to_chime))
		standing_fail(model, "this way nothing goes", p);
	format_mask(mask, p);
	if (side == SIDE_IRC && one.kind == STANDING_BANNED && one.is_set)
		receipt.rule = mask;
	/* What is said to have failed may have been done. */
	if (outcome == MIRROR_DONE ||
		(outcome == MIRROR_LATER && standing_below(model, 2) == 0))
		(side == SIDE_IRC ? do_irc : do_chime)(model, &one);
	if (!is_lost)
		reconcile_on_stood(model->rig.reconcile, side, &receipt);
}

void standing_boot(struct standing_world *model)
{
	for (size_t i = 0; i < SIDES; i++)
		if (model->rig.ends[i].count > 0 &&
			standing_below(model, 2) == 0)
			standing_answer(model, (enum reconcile_side)i, true);
	reconcile_rig_crash(&model->rig);
	standing_list_irc(model);
	standing_list_chime(model);
}
