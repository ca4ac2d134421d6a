#include "bridge/moderation_sink.h"

#include "../support/bridge_rig.h"
#include "bridge/moderation.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &(struct mapping_params){.window = 1});
	rig.params.moderation = (struct moderation_params){
		.attributes[ATTRIBUTE_TOPIC] = {true, true},
		.standings[STANDING_BANNED] = {true, true},
		.max_changes = 20,
	};
	rig.irc.has_standings = true;
	rig.chime.has_standings = true;
	rig_crash(&rig);
	rig_up(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_release(*state);
	return 0;
}

static void topic(struct fake_end *end, const char *value)
{
	struct attribute_state one = {
		.attribute = ATTRIBUTE_TOPIC,
		.value = value,
	};

	end->sink.attribute(end->sink.arg, &one);
}

static void wait_ms(struct rig *rig, int64_t ms)
{
	clock_advance(ms);
	rig_turns(rig, 4);
}

static void not_shown(struct fake_end *end)
{
	struct fake_stand one = fake_stands_take(&end->stands, 0);
	struct standing_receipt receipt = {
		.kind = one.kind,
		.is_set = one.is_set,
		.person_id = one.id,
		.outcome = MIRROR_NOT_SHOWN,
	};

	end->sink.stood(end->sink.arg, &receipt);
}

static void list(struct fake_end *end, enum roster_state state)
{
	struct standing_list one = {
		.kind = STANDING_BANNED,
		.is_whole = true,
		.state = state,
	};

	end->sink.standings(end->sink.arg, &one);
}

/* In Chime. */
static void ban(struct rig *rig, const char *id)
{
	struct person person = {.id = id, .name = id};
	struct standing standing = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.person = &person,
		.is_native = true,
	};

	list(rig->irc_end, ROSTER_BEGINS);
	list(rig->irc_end, ROSTER_COMPLETE);
	list(rig->chime_end, ROSTER_BEGINS);
	rig->chime_end->sink.standing(rig->chime_end->sink.arg, &standing);
	list(rig->chime_end, ROSTER_COMPLETE);
	wait_ms(rig, 300);
}

static void test_attributes_reach_the_other_side(void **state)
{
	struct rig *rig = *state;
	struct attribute_receipt receipt = {
		.attribute = ATTRIBUTE_TOPIC,
		.outcome = MIRROR_DONE,
		.value = "chime's",
	};
	struct reconcile_stats stats;

	topic(rig->irc_end, "");
	topic(rig->chime_end, "chime's");
	clock_advance(300);
	rig_turns(rig, 4);
	assert_string_equal(
		"chime's", fake_sets_take(&rig->irc_end->stands).value);
	rig->irc_end->sink.attribute_set(rig->irc_end->sink.arg, &receipt);
	assert_true(mapping_moderation_stats(rig->mapping, &stats));
	assert_int_equal(1, stats.changed);
}

static void test_a_missing_right_is_told_in_both_rooms(void **state)
{
	struct rig *rig = *state;
	struct reconcile_stats stats;

	rig->irc_end->sink.right(
		rig->irc_end->sink.arg, RIGHT_BANS, false, "no operator");
	ban(rig, "arn");
	assert_int_equal(0, rig->irc_end->stands.asked);
	assert_non_null(strstr(rig->irc.notes, "no operator"));
	assert_non_null(strstr(rig->chime.notes, "no operator"));
	assert_true(mapping_moderation_stats(rig->mapping, &stats));
	assert_string_equal("no operator", stats.denied[SIDE_IRC][RIGHT_BANS]);
}

/* Somebody of Chime has nobody on IRC, until they have. */
static void test_who_is_shown_later_is_tried_again(void **state)
{
	struct rig *rig = *state;
	struct mirror_receipt shown = {
		.person_id = "arn",
		.is_here = true,
		.outcome = MIRROR_DONE,
	};

	ban(rig, "arn");
	assert_int_equal(1, rig->irc_end->stands.asked);
	not_shown(rig->irc_end);
	shown.outcome = MIRROR_REFUSED;
	rig->irc_end->sink.mirrored(rig->irc_end->sink.arg, &shown);
	wait_ms(rig, 300);
	assert_int_equal(1, rig->irc_end->stands.asked);
	shown.outcome = MIRROR_DONE;
	rig->irc_end->sink.mirrored(rig->irc_end->sink.arg, &shown);
	wait_ms(rig, 300);
	assert_int_equal(2, rig->irc_end->stands.asked);
}

static void test_who_comes_is_tried_again_once(void **state)
{
	struct rig *rig = *state;

	ban(rig, "arn");
	not_shown(rig->irc_end);
	for (int i = 0; i < 3; i++) {
		struct presence presence = {
			.kind = PRESENCE_HERE,
			.origin = ORIGIN_SELF,
			.person = {.id = "arn", .name = "arn"},
		};

		rig->irc_end->sink.presence(rig->irc_end->sink.arg, &presence);
		wait_ms(rig, 300);
		if (rig->irc_end->stands.count > 0)
			not_shown(rig->irc_end);
	}
	assert_int_equal(2, rig->irc_end->stands.asked);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(attributes_reach_the_other_side),
		TEST(who_is_shown_later_is_tried_again),
		TEST(who_comes_is_tried_again_once),
		TEST(a_missing_right_is_told_in_both_rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
