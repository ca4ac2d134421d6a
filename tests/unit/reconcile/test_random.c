/*
 * The reconciler against a model, at random, with fixed seeds: bans by masks
 * and by person, moderators, calls that are done, refused, or come back later,
 * crashes in between. After everything has come to rest both sides are as the
 * last who changed something wanted it, nobody else was touched, and nothing
 * goes on.
 */
#include "../support/standing_world.h"
#include "util/clock.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000 };
/* The same cases, fewer of them where each takes four times as long. */
#ifdef __SANITIZE_ADDRESS__
enum { CASES = 25000 };
#else
enum { CASES = 100000 };
#endif

/* --- coming to rest ---------------------------------------------------------
 */

static bool answer_all(struct standing_world *model)
{
	bool any = false;

	for (size_t i = 0; i < SIDES; i++)
		while (model->rig.ends[i].count > 0) {
			any = true;
			standing_answer(model, (enum reconcile_side)i, false);
		}
	return any;
}

static void turn(struct standing_world *model, int64_t ms)
{
	clock_advance(ms);
	loop_turn(model->rig.loop, 0);
	loop_turn(model->rig.loop, 0);
}

static void rest(struct standing_world *model)
{
	int rounds = 0;

	model->is_refusing = false;
	/* Whoever was not known when the list came is seen by now. */
	for (size_t m = 0; m < MASKS; m++)
		if (model->has_mask[m])
			standing_tell_mask(model, m, false);
	reconcile_refresh(model->rig.reconcile);
	for (int quiet = 0; quiet < 2; quiet++) {
		standing_list_chime(model);
		do {
			turn(model, 11 * MINUTE_MS);
			turn(model, MINUTE_MS);
			if (++rounds > 100)
				standing_fail(
					model, "it does not come to rest", 0);
		} while (answer_all(model));
	}
}

static void some_trouble(struct standing_world *model)
{
	model->is_refusing = true;
	for (uint32_t i = standing_below(model, 6); i > 0; i--) {
		enum reconcile_side side =
			(enum reconcile_side)standing_below(model, 2);

		turn(model, 300);
		if (model->rig.ends[side].count > 0)
			standing_answer(model, side, false);
		if (standing_below(model, 5) == 0)
			standing_boot(model);
		if (standing_below(model, 5) == 0)
			standing_list_chime(model);
	}
}

/* --- people ----------------------------------------------------------------
 */

static void touch(struct standing_world *model, size_t m)
{
	for (size_t p = 0; p < PEOPLE; p++)
		model->is_touched[p] |= standing_fits(m, p);
}

static size_t fit_count(size_t m)
{
	size_t count = 0;

	for (size_t p = 0; p < PEOPLE; p++)
		count += standing_fits(m, p);
	return count;
}

static bool is_held_on_irc(const struct standing_world *model, size_t p)
{
	for (size_t m = 0; m < MASKS; m++)
		if (model->wants_mask[m] && standing_fits(m, p) &&
			!(model->exempt[p] >> m & 1))
			return true;
	return false;
}

static void expect_mask(struct standing_world *model, size_t m, bool is_set)
{
	model->wants_mask[m] = is_set;
	for (size_t p = 0; p < PEOPLE; p++) {
		if (!standing_fits(m, p))
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

static void irc_mask(struct standing_world *model)
{
	size_t m = standing_below(model, MASKS);
	bool is_set = !model->has_mask[m];

	/* Nobody sets what fits nobody. */
	if (is_set && m == HIDDEN)
		return;
	model->has_mask[m] = is_set;
	model->is_ours[m] = false;
	touch(model, m);
	if (is_set)
		standing_tell_mask(model, m, false);
	else
		standing_tell_unmask(model, m, false);
	expect_mask(model, m, is_set);
}

static void expect_unban(struct standing_world *model, size_t p)
{
	for (size_t m = 0; m < MASKS; m++) {
		if (!model->wants_mask[m] || !standing_fits(m, p))
			continue;
		if (fit_count(m) == 1)
			model->wants_mask[m] = false;
		else
			model->exempt[p] |= 1U << m;
	}
}

static void chime_ban(struct standing_world *model)
{
	size_t p = standing_below(model, PEOPLE);
	bool is_set = !model->is_banned[p];

	model->is_banned[p] = is_set;
	model->is_touched[p] = true;
	model->wants_ban[p] = is_set;
	if (!is_set)
		expect_unban(model, p);
	else if (standing_is_banned(model, p) || p == HIDDEN)
		model->exempt[p] = 0;
	else
		model->wants_mask[p] = true;
	standing_list_chime(model);
}

static void irc_op(struct standing_world *model)
{
	size_t p = standing_below(model, NATIVES);

	model->is_op[p] = !model->is_op[p];
	model->is_touched[p] = true;
	model->wants_moderator[p] = model->is_op[p];
	standing_tell_op(model, p);
}

static void chime_moderator(struct standing_world *model)
{
	size_t p = standing_below(model, PEOPLE);

	model->is_moderator[p] = !model->is_moderator[p];
	model->is_touched[p] = true;
	model->wants_moderator[p] = model->is_moderator[p];
	standing_list_chime(model);
}

static void somebody_acts(struct standing_world *model)
{
	static void (*const acts[])(struct standing_world *) = {
		irc_mask, chime_ban, irc_op, chime_moderator};

	acts[standing_below(model, 4)](model);
}

/* --- the checks ------------------------------------------------------------
 */

static void check_agreed(struct standing_world *model, size_t p)
{
	bool is_on = standing_is_banned(model, p);

	if (p == HIDDEN)
		return;
	if (model->is_banned[p] && !is_on)
		standing_fail(model, "banned in Chime, not on IRC", p);
	for (size_t m = 0; m < MASKS && !model->is_banned[p]; m++)
		if (model->has_mask[m] && standing_fits(m, p) &&
			fit_count(m) == 1)
			standing_fail(model, "banned on IRC, not in Chime", p);
	if (p < NATIVES && model->is_op[p] != model->is_moderator[p])
		standing_fail(model, "a moderator on one side", p);
}

static void check_wanted(struct standing_world *model, size_t p)
{
	if (model->is_banned[p] != model->wants_ban[p])
		standing_fail(model, "the ban is not as was wanted", p);
	if (model->is_moderator[p] != model->wants_moderator[p])
		standing_fail(model, "the moderator is not as was wanted", p);
}

static void check(struct standing_world *model)
{
	for (size_t p = 0; p < PEOPLE; p++) {
		check_agreed(model, p);
		if (model->is_calm)
			check_wanted(model, p);
	}
	for (size_t m = 0; m < MASKS && model->is_calm; m++)
		if (model->has_mask[m] != model->wants_mask[m])
			standing_fail(
				model, "the mask is not as was wanted", m);
}

/* --- cases -----------------------------------------------------------------
 */

static void begin(struct standing_world *model, size_t number)
{
	*model = (struct standing_world){
		.number = number,
		.random = 88172645463325252U + number * 2654435761U,
	};
	for (int i = 0; i < 8; i++)
		standing_below(model, 2);
	reconcile_rig_init(&model->rig);
	for (size_t m = 0; m < MASKS; m++)
		if (standing_below(model, 6) == 0 && m != HIDDEN) {
			model->has_mask[m] = true;
			touch(model, m);
		}
	for (size_t p = 0; p < PEOPLE; p++) {
		model->is_banned[p] = standing_below(model, 6) == 0;
		model->is_moderator[p] = standing_below(model, 6) == 0;
		model->is_op[p] = p < NATIVES && standing_below(model, 6) == 0;
		model->is_touched[p] |= model->is_banned[p] ||
					model->is_moderator[p] ||
					model->is_op[p];
	}
}

static void take_as_wanted(struct standing_world *model)
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
static void one_by_one(struct standing_world *model)
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
static void all_at_once(struct standing_world *model)
{
	for (int i = 0; i < 4; i++) {
		standing_frame_chime(model, ROSTER_BEGINS);
		standing_page_chime(model, 0, PEOPLE / 2);
		some_trouble(model);
		somebody_acts(model);
		standing_page_chime(model, PEOPLE / 2, PEOPLE);
		standing_frame_chime(model, ROSTER_COMPLETE);
	}
	rest(model);
	check(model);
}

/* Nothing goes the other way; that is seen when calls are answered. */
static void one_way(struct standing_world *model)
{
	bool to_irc = standing_below(model, 2) == 0;

	for (size_t i = 0; i < STANDING_KINDS; i++)
		model->rig.params.standings[i] = (struct reconcile_ways){
			.to_irc = to_irc,
			.to_chime = !to_irc,
		};
	standing_boot(model);
	for (int i = 0; i < 3; i++) {
		somebody_acts(model);
		some_trouble(model);
	}
	rest(model);
}

static void run(size_t number)
{
	static void (*const ways[])(struct standing_world *) = {
		one_by_one, all_at_once, one_way};
	struct standing_world *model = calloc(1, sizeof(*model));

	assert_non_null(model);
	begin(model, number);
	standing_list_irc(model);
	standing_list_chime(model);
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
