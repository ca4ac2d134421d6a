#include "command/command_people.h"

#include "../support/command_rig.h"
#include "filter/filters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ANSWERED(rig, words, part)                                             \
	assert_non_null(strstr(command_rig_ask(rig, words), part))

static void roster(struct command_rig *rig, enum roster_state state)
{
	const struct end_sink *sink = &rig->rig.chime_end->sink;

	sink->roster(sink->arg, state);
}

static void test_who(void **state)
{
	struct command_rig *rig = *state;

	/* As long as no list has come there may be others. */
	ANSWERED(rig, "who", "Alice\n");
	ANSWERED(rig, "who",
		"Who else is in the Chime channel of #project is "
		"not known.");
	roster(rig, ROSTER_BEGINS);
	command_rig_come(rig, LANE_TO_IRC, "arn:aws:x/user/alice", "Alice");
	command_rig_come(rig, LANE_TO_IRC, "arn:aws:x/user/carl", "Carl");
	roster(rig, ROSTER_COMPLETE);
	ANSWERED(rig, "who", "In the Chime channel of #project: 2\n");
	ANSWERED(rig, "who #project", "Carl");
	assert_null(strstr(rig->said.data, "not known"));
	assert_null(strstr(rig->said.data, "arn:"));
	roster(rig, ROSTER_BEGINS);
	roster(rig, ROSTER_COMPLETE);
	ANSWERED(rig, "who", "Nobody is in the Chime channel of #project.");
}

static void test_who_of_many(void **state)
{
	struct command_rig *rig = *state;

	for (int i = 0; i < 2000; i++) {
		char id[64];
		char name[32];

		snprintf(id, sizeof(id), "arn:aws:x/user/%d", i);
		snprintf(name, sizeof(name), "person number %d", i);
		command_rig_come(rig, LANE_TO_IRC, id, name);
	}
	ANSWERED(rig, "who", "In the Chime channel of #project: 2001\n");
	ANSWERED(rig, "who", " more\n");
	assert_true(rig->lines <= COMMAND_LINES_MAX);
}

static void test_who_is_not_for_strangers(void **state)
{
	struct command_rig *rig = *state;

	rig->person.id = "net/eve";
	ANSWERED(rig, "who", "none of the bridged channels");
	ANSWERED(rig, "who #project", "no bridged channel #project here");
	ANSWERED(rig, "whois Alice", "Nobody called Alice");
	ANSWERED(rig, "mappings", "none of the bridged channels");
	/* Who can say it in the channel is in it. */
	rig->mapping = "m";
	ANSWERED(rig, "who", "Alice");
}

static void test_whois(void **state)
{
	struct command_rig *rig = *state;
	const struct end_sink *sink = &rig->rig.chime_end->sink;

	ANSWERED(rig, "whois", "Say: whois NAME");
	ANSWERED(rig, "whois alice",
		"Alice, in #project: Chime user alice, not shown on IRC");
	assert_null(strstr(rig->said.data, "arn:"));
	ANSWERED(rig, "whois bob",
		"Bob, in #project: IRC account bob, not shown in Chime");
	command_rig_come(rig, LANE_TO_CHIME, "net/carl", "Carl");
	ANSWERED(rig, "whois carl", "Carl, in #project: IRC nick carl, ");
	sink->has_read(sink->arg, "arn:aws:x/user/alice", 1611079200123);
	ANSWERED(rig, "whois ALICE", "has read up to 2021-01-19T18:00:00.123Z");
	rig->is_operator = true;
	ANSWERED(rig, "whois alice", "Chime user arn:aws:x/user/alice");
	ANSWERED(rig, "whois arn:aws:x/user/alice", "Alice, in #project");
	ANSWERED(rig, "whois Zoe", "Nobody called Zoe is known");
}

static void test_whois_of_a_common_name(void **state)
{
	struct command_rig *rig = *state;

	for (int i = 0; i < 30; i++) {
		char id[64];

		snprintf(id, sizeof(id), "arn:aws:x/user/%d", i);
		command_rig_come(rig, LANE_TO_IRC, id, "Alice");
	}
	ANSWERED(rig, "whois Alice", "and 25 more");
	assert_int_equal(rig->lines, 7);
}

static bool is_unshown(struct command_rig *rig)
{
	return filter_unshown(
		rig->rig.mapping->filter, LANE_TO_CHIME, &rig->person);
}

static void test_opting_out_and_in(void **state)
{
	struct command_rig *rig = *state;

	ANSWERED(rig, "optin", "You had not opted out.");
	ANSWERED(rig, "optout", "no user of your own in Chime any more");
	ANSWERED(rig, "optout", "no user of your own in Chime already");
	ANSWERED(rig, "optout", "This holds for your account bob.");
	assert_true(is_unshown(rig));
	/* Nobody else has. */
	rig->person.id = "net/carl";
	rig->person.name = "Carl";
	rig->person.account = NULL;
	assert_false(is_unshown(rig));
	ANSWERED(rig, "optout", "This holds for the nick Carl");
	assert_true(is_unshown(rig));
	ANSWERED(rig, "optin", "You are shown in Chime");
	assert_false(is_unshown(rig));
}

/* The mirror learns of it at once. */
static void test_an_opt_out_changes_what_is_shown(void **state)
{
	struct command_rig *rig = *state;
	const struct member *bob = roster_find(
		&rig->rig.mapping->shown_in_chime->roster, "net/@bob");

	assert_non_null(bob);
	assert_false(bob->is_unshown);
	command_rig_ask(rig, "optout");
	assert_true(bob->is_unshown);
	command_rig_ask(rig, "optin");
	assert_false(bob->is_unshown);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, command_rig_setup, command_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who),
		TEST(who_of_many),
		TEST(who_is_not_for_strangers),
		TEST(whois),
		TEST(whois_of_a_common_name),
		TEST(opting_out_and_in),
		TEST(an_opt_out_changes_what_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
