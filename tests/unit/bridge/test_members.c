#include "bridge/members.h"

#include "../support/bridge_rig.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void boot(struct rig *rig, const struct mirror_params *mirror)
{
	rig_init(rig, &(struct mapping_params){.window = 1});
	rig->params.mirror = *mirror;
	rig->irc.has_people = true;
	rig->chime.has_people = true;
	rig_crash(rig);
	rig_up(rig);
}

static int setup(void **state)
{
	static struct rig rig;

	boot(&rig, &(struct mirror_params){
			   .to_irc = MEMBERS_FULL,
			   .to_chime = MEMBERS_FULL,
			   .kicks = true,
			   .quit_ms = 60000,
			   .split_ms = 600000,
		   });
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_release(*state);
	return 0;
}

static void list(struct fake_end *end, const char *id)
{
	end->sink.roster(end->sink.arg, ROSTER_BEGINS);
	fake_tell(end, PRESENCE_HERE, id, id);
	end->sink.roster(end->sink.arg, ROSTER_COMPLETE);
}

static void print(void *arg, const struct mapping_member *member)
{
	char *said = arg;

	snprintf(said + strlen(said), 400 - strlen(said),
		"%s %s %s %s %s %lld\n", member->person_id, member->name,
		member->as ? member->as : "-", member->state,
		member->why ? member->why : "-", (long long)member->read_ms);
}

static void assert_members(
	struct rig *rig, enum lane_way way, const char *expected)
{
	char said[400] = "";

	mapping_members(rig->mapping, way, print, said);
	assert_string_equal(expected, said);
}

static void test_each_way_goes_to_the_other_side(void **state)
{
	struct rig *rig = *state;
	struct mirror_stats stats;

	list(rig->irc_end, "ann");
	list(rig->chime_end, "arn");
	assert_string_equal("ann", rig->chime_end->calls.calls[0].id);
	assert_string_equal("arn", rig->irc_end->calls.calls[0].id);
	fake_answer(rig->chime_end, MIRROR_DONE);
	fake_answer(rig->irc_end, MIRROR_REFUSED);
	rig->irc_end->sink.has_read(rig->irc_end->sink.arg, "ann", 77);
	assert_int_equal(77, rig->chime.people.read_ms);
	assert_members(rig, LANE_TO_CHIME, "ann ann <ann> shown - 77\n");
	assert_members(rig, LANE_TO_IRC, "arn arn - refused because 0\n");
	mapping_mirror_stats(rig->mapping, LANE_TO_CHIME, &stats);
	assert_true(stats.is_known);
	assert_int_equal(1, stats.here);
	assert_int_equal(1, stats.shown);
	assert_int_equal(1, stats.admitted);
	mapping_mirror_stats(rig->mapping, LANE_TO_IRC, &stats);
	assert_int_equal(1, stats.refused);
	assert_int_equal(0, stats.shown);
}

static void tell_likeness(struct fake_end *end, const char *id)
{
	struct presence presence = {
		.kind = PRESENCE_REMOVED,
		.origin = ORIGIN_SELF,
		.person = {.id = id, .name = id},
		.actor = "oper",
	};

	fake_unshow(&end->world->people, id);
	end->sink.presence(end->sink.arg, &presence);
}

static void test_removals_cross(void **state)
{
	struct rig *rig = *state;

	list(rig->irc_end, "ann");
	list(rig->chime_end, "arn");
	fake_answer(rig->chime_end, MIRROR_DONE);
	fake_answer(rig->irc_end, MIRROR_DONE);
	tell_likeness(rig->irc_end, "arn");
	assert_int_equal(1, rig->chime.people.expels);
	assert_string_equal("arn", rig->chime.people.person);
	tell_likeness(rig->chime_end, "ann");
	assert_int_equal(1, rig->irc.people.expels);
	assert_string_equal("ann", rig->irc.people.person);
}

static void test_people_of_other_bridges_are_not_mirrored(void **state)
{
	struct rig *rig = *state;
	struct presence presence = {
		.kind = PRESENCE_HERE,
		.origin = ORIGIN_BRIDGE,
		.person = {.id = "relayed", .name = "relayed"},
	};

	list(rig->irc_end, "ann");
	rig->irc_end->sink.presence(rig->irc_end->sink.arg, &presence);
	assert_int_equal(1, rig->chime.people.admits);
	assert_int_equal(0, rig->irc.people.admits);
}

static void test_hidden_people_are_in_no_list(void **state)
{
	struct rig *rig = *state;
	struct presence presence = {
		.kind = PRESENCE_HERE,
		.person = {.id = "auditor", .name = "Auditor"},
		.is_hidden = true,
	};

	list(rig->chime_end, "arn");
	rig->chime_end->sink.presence(rig->chime_end->sink.arg, &presence);
	assert_members(rig, LANE_TO_IRC, "arn arn - waiting - 0\n");
}

static void test_resync_asks_both_sides(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(1, rig->irc_end->calls.watched);
	assert_int_equal(1, rig->chime_end->calls.watched);
	mapping_resync(rig->mapping);
	assert_int_equal(2, rig->irc_end->calls.watched);
	assert_int_equal(2, rig->chime_end->calls.watched);
}

static void test_who_is_watched(void **state)
{
	struct rig *rig = *state;
	struct mirror_params mirror = {.kicks = true};

	rig_release(rig);
	boot(rig, &mirror);
	assert_true(rig->irc_end->calls.is_watching);
	assert_false(rig->chime_end->calls.is_watching);
	mapping_resync(rig->mapping);
	assert_false(rig->chime_end->calls.is_watching);
	list(rig->irc_end, "ann");
	assert_members(rig, LANE_TO_CHIME, "ann ann - not shown - 0\n");
	rig_release(rig);
	mirror.announce = true;
	boot(rig, &mirror);
	assert_true(rig->chime_end->calls.is_watching);
	rig_release(rig);
	boot(rig, &(struct mirror_params){.to_chime = MEMBERS_LAZY});
	assert_true(rig->chime_end->calls.is_watching);
}

static void test_not_while_the_store_is_in_trouble(void **state)
{
	struct rig *rig = *state;

	bridge_stall(rig->bridge, true);
	list(rig->irc_end, "ann");
	assert_int_equal(0, rig->chime.people.admits);
	bridge_stall(rig->bridge, false);
	assert_int_equal(1, rig->chime.people.admits);
}

static void nothing(void *arg)
{
	(void)arg;
}

static void test_not_at_the_end(void **state)
{
	struct rig *rig = *state;

	bridge_drain(rig->bridge, 1000, nothing, NULL);
	list(rig->irc_end, "ann");
	rig_turns(rig, 3);
	assert_int_equal(0, rig->chime.people.admits);
}

static void test_goes_on_while_paused(void **state)
{
	struct rig *rig = *state;

	mapping_pause(rig->mapping, true, "ann");
	list(rig->irc_end, "ann");
	assert_int_equal(1, rig->chime.people.admits);
}

static void test_restarts_without_a_call(void **state)
{
	struct rig *rig = *state;

	list(rig->irc_end, "ann");
	fake_answer(rig->chime_end, MIRROR_DONE);
	rig_crash(rig);
	rig_up(rig);
	list(rig->irc_end, "ann");
	clock_advance(10000000);
	rig_turns(rig, 3);
	assert_int_equal(1, rig->chime.people.admits);
	assert_int_equal(0, rig->chime.people.dismisses);
	assert_members(rig, LANE_TO_CHIME, "ann ann <ann> shown - 0\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_way_goes_to_the_other_side),
		TEST(removals_cross),
		TEST(people_of_other_bridges_are_not_mirrored),
		TEST(hidden_people_are_in_no_list),
		TEST(resync_asks_both_sides),
		TEST(who_is_watched),
		TEST(not_while_the_store_is_in_trouble),
		TEST(not_at_the_end),
		TEST(goes_on_while_paused),
		TEST(restarts_without_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
