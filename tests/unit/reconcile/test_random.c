/*
 * The reconciler against a model, at random, with fixed seeds: bans by masks
 * and by person, moderators, calls that are done, refused, or come back later,
 * crashes in between. After everything has come to rest both sides are as the
 * last who changed something wanted it, nobody else was touched, and nothing
 * goes on.
 */
#include "../support/reconcile_rig.h"
#include "util/clock.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Four of IRC and two of Chime, the last of whom is not shown on IRC. */
enum { PEOPLE = 6, NATIVES = 4, HIDDEN = 5, CASES = 100000 };
/* The first masks are those which the bridge sets, for one person each. */
enum { MASKS = PEOPLE + 4, MINUTE_MS = 60 * 1000 };
static const unsigned fits[MASKS] = {1, 2, 4, 8, 16, 32, 3, 6, 15, 1};

struct model {
	struct reconcile_rig rig;
	uint64_t random;
	size_t number;
	/* The world. */
	bool has_mask[MASKS], is_ours[MASKS];
	bool is_banned[PEOPLE];
	bool is_op[PEOPLE], is_moderator[PEOPLE];
	/* What is to come of it. */
	bool wants_mask[MASKS];
	unsigned exempt[PEOPLE]; /* masks, a bit each */
	bool wants_ban[PEOPLE];
	bool wants_moderator[PEOPLE];
	bool is_touched[PEOPLE]; /* somebody has changed something of theirs */
	bool is_calm; /* nobody else does anything until all is done */
	bool is_refusing;
};

static uint32_t below(struct model *model, uint32_t n)
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

static bool fits_them(size_t m, size_t p)
{
	return (fits[m] >> p & 1) && (m < PEOPLE || p < NATIVES);
}

static bool is_banned_on_irc(const struct model *model, size_t p)
{
	for (size_t m = 0; m < MASKS; m++)
		if (model->has_mask[m] && fits_them(m, p))
			return true;
	return false;
}

static void fail_at(const struct model *model, const char *what, size_t p)
{
	fail_msg("case %zu: %s (person %zu)", model->number, what, p);
}

/* --- telling ---------------------------------------------------------------
 */

static void tell(struct model *model, enum reconcile_side side, size_t p,
	struct standing standing)
{
	char id[8];
	struct person person = {.id = id, .name = id};

	format_id(id, p);
	standing.person = &person;
	standing.is_native = (p < NATIVES) == (side == SIDE_IRC);
	reconcile_rig_tell(&model->rig, side, &standing);
}

static void tell_mask(struct model *model, size_t m, bool may_hide)
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
		if (fits_them(m, p) && !(may_hide && below(model, 8) == 0))
			tell(model, SIDE_IRC, p, standing);
}

static void tell_unmask(struct model *model, size_t m, bool is_ours)
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

static void tell_op(struct model *model, size_t p)
{
	struct standing standing = {
		.kind = STANDING_MODERATOR,
		.is_set = model->is_op[p],
	};

	tell(model, SIDE_IRC, p, standing);
}

static void list(struct model *model, enum reconcile_side side,
	enum standing_kind kind, enum roster_state state)
{
	struct standing_list news = {
		.kind = kind,
		.state = state,
		.is_whole = side == SIDE_CHIME || kind == STANDING_BANNED,
	};

	reconcile_on_standings(model->rig.reconcile, side, &news);
}

static void list_irc(struct model *model)
{
	list(model, SIDE_IRC, STANDING_BANNED, ROSTER_BEGINS);
	for (size_t m = 0; m < MASKS; m++)
		if (model->has_mask[m])
			tell_mask(model, m, true);
	list(model, SIDE_IRC, STANDING_BANNED, ROSTER_COMPLETE);
	list(model, SIDE_IRC, STANDING_MODERATOR, ROSTER_BEGINS);
	for (size_t p = 0; p < NATIVES; p++)
		tell_op(model, p);
	list(model, SIDE_IRC, STANDING_MODERATOR, ROSTER_COMPLETE);
}

/* What is said of the first of them is older than what is said of the others,
 * as is a list of several pages. */
static void list_chime(struct model *model, size_t from, size_t to)
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

static void frame_chime(struct model *model, enum roster_state state)
{
	list(model, SIDE_CHIME, STANDING_BANNED, state);
	list(model, SIDE_CHIME, STANDING_MODERATOR, state);
}

static void whole_chime(struct model *model)
{
	frame_chime(model, ROSTER_BEGINS);
	list_chime(model, 0, PEOPLE);
	frame_chime(model, ROSTER_COMPLETE);
}

/* --- the ends ---------------------------------------------------------------
 */

static size_t index_of(const char *name)
{
	return (size_t)(name[1] - '0');
}

static void lift_on_irc(struct model *model, const struct fake_stand *one)
{
	size_t p = index_of(one->id);

	for (size_t m = 0; m < MASKS; m++) {
		char mask[8];

		format_mask(mask, m);
		if (!model->has_mask[m] || !fits_them(m, p) ||
			(one->has_rule && !str_eq(one->rule, mask)))
			continue;
		model->has_mask[m] = false;
		tell_unmask(model, m, true);
	}
}

static void do_irc(struct model *model, const struct fake_stand *one)
{
	size_t p = index_of(one->id);

	if (one->kind == STANDING_MODERATOR) {
		model->is_op[p] = one->is_set;
		tell_op(model, p);
	} else if (one->is_set) {
		model->has_mask[p] = true;
		model->is_ours[p] = true;
		tell_mask(model, p, false);
	} else {
		lift_on_irc(model, one);
	}
}

static void do_chime(struct model *model, const struct fake_stand *one)
{
	size_t p = index_of(one->id);

	if (one->kind == STANDING_MODERATOR)
		model->is_moderator[p] = one->is_set;
	else
		model->is_banned[p] = one->is_set;
}

static enum mirror_outcome outcome_of(struct model *model,
	enum reconcile_side side, const struct fake_stand *one)
{
	size_t p = index_of(one->id);
	uint32_t die = below(model, 8);

	if (side == SIDE_IRC &&
		(p == HIDDEN ||
			(p >= NATIVES && one->kind == STANDING_MODERATOR)))
		return MIRROR_NOT_SHOWN;
	if (model->is_refusing && die == 0)
		return MIRROR_REFUSED;
	return model->is_refusing && die == 1 ? MIRROR_LATER : MIRROR_DONE;
}

/* The oldest call is done; `is_lost`: the answer does not come any more. */
static void answer(struct model *model, enum reconcile_side side, bool is_lost)
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
		fail_at(model, "nobody has touched them", p);
	if (!(side == SIDE_IRC
			    ? model->rig.params.standings[one.kind].to_irc
			    : model->rig.params.standings[one.kind].to_chime))
		fail_at(model, "this way nothing goes", p);
	format_mask(mask, p);
	if (side == SIDE_IRC && one.kind == STANDING_BANNED && one.is_set)
		receipt.rule = mask;
	/* What is said to have failed may have been done. */
	if (outcome == MIRROR_DONE ||
		(outcome == MIRROR_LATER && below(model, 2) == 0))
		(side == SIDE_IRC ? do_irc : do_chime)(model, &one);
	if (!is_lost)
		reconcile_on_stood(model->rig.reconcile, side, &receipt);
}

static void boot(struct model *model)
{
	for (size_t i = 0; i < SIDES; i++)
		if (model->rig.ends[i].count > 0 && below(model, 2) == 0)
			answer(model, (enum reconcile_side)i, true);
	reconcile_rig_crash(&model->rig);
	list_irc(model);
	whole_chime(model);
}

/* --- coming to rest ---------------------------------------------------------
 */

static bool answer_all(struct model *model)
{
	bool any = false;

	for (size_t i = 0; i < SIDES; i++)
		while (model->rig.ends[i].count > 0) {
			any = true;
			answer(model, (enum reconcile_side)i, false);
		}
	return any;
}

static void turn(struct model *model, int64_t ms)
{
	clock_advance(ms);
	loop_turn(model->rig.loop, 0);
	loop_turn(model->rig.loop, 0);
}

static void rest(struct model *model)
{
	int rounds = 0;

	model->is_refusing = false;
	/* Whoever was not known when the list came is seen by now. */
	for (size_t m = 0; m < MASKS; m++)
		if (model->has_mask[m])
			tell_mask(model, m, false);
	reconcile_refresh(model->rig.reconcile);
	for (int quiet = 0; quiet < 2; quiet++) {
		whole_chime(model);
		do {
			turn(model, 11 * MINUTE_MS);
			turn(model, MINUTE_MS);
			if (++rounds > 100)
				fail_at(model, "it does not come to rest", 0);
		} while (answer_all(model));
	}
}

static void some_trouble(struct model *model)
{
	model->is_refusing = true;
	for (uint32_t i = below(model, 6); i > 0; i--) {
		enum reconcile_side side = (enum reconcile_side)below(model, 2);

		turn(model, 300);
		if (model->rig.ends[side].count > 0)
			answer(model, side, false);
		if (below(model, 5) == 0)
			boot(model);
		if (below(model, 5) == 0)
			whole_chime(model);
	}
}

/* --- people ----------------------------------------------------------------
 */

static void touch(struct model *model, size_t m)
{
	for (size_t p = 0; p < PEOPLE; p++)
		model->is_touched[p] |= fits_them(m, p);
}

static size_t fit_count(size_t m)
{
	size_t count = 0;

	for (size_t p = 0; p < PEOPLE; p++)
		count += fits_them(m, p);
	return count;
}

static bool is_held_on_irc(const struct model *model, size_t p)
{
	for (size_t m = 0; m < MASKS; m++)
		if (model->wants_mask[m] && fits_them(m, p) &&
			!(model->exempt[p] >> m & 1))
			return true;
	return false;
}

static void expect_mask(struct model *model, size_t m, bool is_set)
{
	model->wants_mask[m] = is_set;
	for (size_t p = 0; p < PEOPLE; p++) {
		if (!fits_them(m, p))
			continue;
		if (!is_set)
			model->exempt[p] &= ~(1U << m);
		else if (!model->wants_ban[p])
			model->wants_ban[p] = true;
		else
			continue;
		if (is_set)
			model->exempt[p] = 0;
		else if (!is_held_on_irc(model, p))
			model->wants_ban[p] = false;
	}
}

static void irc_mask(struct model *model)
{
	size_t m = below(model, MASKS);
	bool is_set = !model->has_mask[m];

	/* Nobody sets what fits nobody. */
	if (is_set && m == HIDDEN)
		return;
	model->has_mask[m] = is_set;
	model->is_ours[m] = false;
	touch(model, m);
	if (is_set)
		tell_mask(model, m, false);
	else
		tell_unmask(model, m, false);
	expect_mask(model, m, is_set);
}

static void expect_unban(struct model *model, size_t p)
{
	for (size_t m = 0; m < MASKS; m++) {
		if (!model->wants_mask[m] || !fits_them(m, p))
			continue;
		if (fit_count(m) == 1)
			model->wants_mask[m] = false;
		else
			model->exempt[p] |= 1U << m;
	}
}

static void chime_ban(struct model *model)
{
	size_t p = below(model, PEOPLE);
	bool is_set = !model->is_banned[p];

	model->is_banned[p] = is_set;
	model->is_touched[p] = true;
	model->wants_ban[p] = is_set;
	if (!is_set)
		expect_unban(model, p);
	else if (is_banned_on_irc(model, p) || p == HIDDEN)
		model->exempt[p] = 0;
	else
		model->wants_mask[p] = true;
	whole_chime(model);
}

static void irc_op(struct model *model)
{
	size_t p = below(model, NATIVES);

	model->is_op[p] = !model->is_op[p];
	model->is_touched[p] = true;
	model->wants_moderator[p] = model->is_op[p];
	tell_op(model, p);
}

static void chime_moderator(struct model *model)
{
	size_t p = below(model, PEOPLE);

	model->is_moderator[p] = !model->is_moderator[p];
	model->is_touched[p] = true;
	model->wants_moderator[p] = model->is_moderator[p];
	whole_chime(model);
}

static void somebody_acts(struct model *model)
{
	static void (*const acts[])(struct model *) = {
		irc_mask, chime_ban, irc_op, chime_moderator};

	acts[below(model, 4)](model);
}

/* --- the checks ------------------------------------------------------------
 */

static void check_agreed(struct model *model, size_t p)
{
	bool is_on = is_banned_on_irc(model, p);

	if (p == HIDDEN)
		return;
	if (model->is_banned[p] && !is_on)
		fail_at(model, "banned in Chime, not on IRC", p);
	for (size_t m = 0; m < MASKS && !model->is_banned[p]; m++)
		if (model->has_mask[m] && fits_them(m, p) && fit_count(m) == 1)
			fail_at(model, "banned on IRC, not in Chime", p);
	if (p < NATIVES && model->is_op[p] != model->is_moderator[p])
		fail_at(model, "a moderator on one side", p);
}

static void check_wanted(struct model *model, size_t p)
{
	if (model->is_banned[p] != model->wants_ban[p])
		fail_at(model, "the ban is not as was wanted", p);
	if (model->is_moderator[p] != model->wants_moderator[p])
		fail_at(model, "the moderator is not as was wanted", p);
}

static void check(struct model *model)
{
	for (size_t p = 0; p < PEOPLE; p++) {
		check_agreed(model, p);
		if (model->is_calm)
			check_wanted(model, p);
	}
	for (size_t m = 0; m < MASKS && model->is_calm; m++)
		if (model->has_mask[m] != model->wants_mask[m])
			fail_at(model, "the mask is not as was wanted", m);
}

/* --- cases -----------------------------------------------------------------
 */

static void begin(struct model *model, size_t number)
{
	*model = (struct model){
		.number = number,
		.random = 88172645463325252U + number * 2654435761U,
	};
	for (int i = 0; i < 8; i++)
		below(model, 2);
	reconcile_rig_init(&model->rig);
	for (size_t m = 0; m < MASKS; m++)
		if (below(model, 6) == 0 && m != HIDDEN) {
			model->has_mask[m] = true;
			touch(model, m);
		}
	for (size_t p = 0; p < PEOPLE; p++) {
		model->is_banned[p] = below(model, 6) == 0;
		model->is_moderator[p] = below(model, 6) == 0;
		model->is_op[p] = p < NATIVES && below(model, 6) == 0;
		model->is_touched[p] |= model->is_banned[p] ||
					model->is_moderator[p] ||
					model->is_op[p];
	}
}

static void take_as_wanted(struct model *model)
{
	for (size_t p = 0; p < PEOPLE; p++) {
		model->wants_ban[p] = model->is_banned[p];
		model->wants_moderator[p] = model->is_moderator[p];
		model->exempt[p] = 0;
		model->is_touched[p] = false;
	}
	for (size_t m = 0; m < MASKS; m++)
		model->wants_mask[m] = model->has_mask[m];
}

/* One after the other: each ends as it was wanted. */
static void one_by_one(struct model *model)
{
	rest(model);
	check(model);
	model->is_calm = true;
	take_as_wanted(model);
	for (int i = 0; i < 3; i++) {
		somebody_acts(model);
		some_trouble(model);
		rest(model);
		check(model);
		for (size_t p = 0; p < PEOPLE; p++)
			model->is_touched[p] = false;
	}
}

/* All at once: in the end they agree. */
static void all_at_once(struct model *model)
{
	for (int i = 0; i < 4; i++) {
		frame_chime(model, ROSTER_BEGINS);
		list_chime(model, 0, PEOPLE / 2);
		some_trouble(model);
		somebody_acts(model);
		list_chime(model, PEOPLE / 2, PEOPLE);
		frame_chime(model, ROSTER_COMPLETE);
	}
	rest(model);
	check(model);
}

/* Nothing goes the other way; that is seen when calls are answered. */
static void one_way(struct model *model)
{
	bool to_irc = below(model, 2) == 0;

	for (size_t i = 0; i < STANDING_KINDS; i++)
		model->rig.params.standings[i] = (struct reconcile_ways){
			.to_irc = to_irc,
			.to_chime = !to_irc,
		};
	boot(model);
	for (int i = 0; i < 3; i++) {
		somebody_acts(model);
		some_trouble(model);
	}
	rest(model);
}

static void run(size_t number)
{
	static void (*const ways[])(struct model *) = {
		one_by_one, all_at_once, one_way};
	struct model *model = calloc(1, sizeof(*model));

	assert_non_null(model);
	begin(model, number);
	list_irc(model);
	whole_chime(model);
	ways[number % 3](model);
	reconcile_rig_release(&model->rig);
	free(model);
}

static void test_comes_to_rest(void **state)
{
	const char *only = getenv("BELFRY_CASE");
	uint64_t one = 0;

	(void)state;
	if (only && parse_u64(only, CASES, &one) == 0) {
		run((size_t)one);
		return;
	}
	for (size_t i = 0; i < CASES; i++)
		run(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_to_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
