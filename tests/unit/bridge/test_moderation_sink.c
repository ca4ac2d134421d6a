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

	rig->chime_end->sink.right(
		rig->chime_end->sink.arg, RIGHT_BANS, false, "no moderator");
	rig->irc_end->sink.right(
		rig->irc_end->sink.arg, RIGHT_BANS, false, "no operator");
	assert_non_null(strstr(rig->irc.notes, "no moderator"));
	assert_non_null(strstr(rig->chime.notes, "no operator"));
	assert_true(mapping_moderation_stats(rig->mapping, &stats));
	assert_string_equal("no operator", stats.denied[SIDE_IRC][RIGHT_BANS]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(attributes_reach_the_other_side),
		TEST(a_missing_right_is_told_in_both_rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
