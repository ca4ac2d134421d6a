#include "command/command_ban.h"

#include "../support/command_rig.h"
#include "bridge/moderation.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ANSWERED(rig, words, part)                                             \
	assert_non_null(strstr(command_rig_ask(rig, words), part))

/* Bans are kept alike in #project, at most two at once, and Bob is an
 * operator of the bridge. */
static struct command_rig *moderated(void **state)
{
	struct command_rig *rig = *state;
	struct mapping_params params = {.window = 1,
		.irc_label = "net/#project",
		.moderation = {.max_changes = 2}};

	params.moderation.standings[STANDING_BANNED] =
		(struct reconcile_ways){true, true};
	rig_reset(&rig->rig, &params);
	command_rig_come(rig, LANE_TO_CHIME, "net/@bob", "Bob");
	command_rig_come(rig, LANE_TO_CHIME, "net/eve", "eve");
	rig->is_operator = true;
	rig->mapping = "m";
	return rig;
}

/* p0, p1, ... */
static void tell_bans(const struct end_sink *sink, int count)
{
	struct standing_list list = {
		.kind = STANDING_BANNED, .state = ROSTER_BEGINS};

	sink->right(sink->arg, RIGHT_BANS, true, NULL);
	sink->standings(sink->arg, &list);
	for (int i = 0; i < count; i++) {
		char id[16];

		snprintf(id, sizeof(id), "net/p%d", i);
		sink->standing(
			sink->arg, &(struct standing){.kind = STANDING_BANNED,
					   .is_set = true,
					   .person = &(struct person){.id = id,
						   .name = id + 4},
					   .is_native = true,
					   .rule = "p*!*@*",
					   .by = "ann"});
	}
	list.state = ROSTER_COMPLETE;
	list.is_whole = true;
	sink->standings(sink->arg, &list);
}

static void settle(struct command_rig *rig)
{
	for (int i = 0; i < 20; i++) {
		clock_advance(100);
		rig_turns(&rig->rig, 2);
	}
}

static void test_nothing_is_kept_alike(void **state)
{
	struct command_rig *rig = *state;

	rig->is_operator = true;
	ANSWERED(rig, "bans m", "Nobody is banned in #project");
	ANSWERED(rig, "ban eve #project", "not kept alike");
	ANSWERED(rig, "confirm m", "Nothing is held in #project.");
}

static void test_bans(void **state)
{
	struct command_rig *rig = moderated(state);

	ANSWERED(rig, "bans", "Nobody is banned in #project");
	tell_bans(&rig->rig.irc_end->sink, 1);
	ANSWERED(rig, "bans", "p0 (IRC, p*!*@*, by ann");
}

static void test_ban_and_unban(void **state)
{
	struct command_rig *rig = moderated(state);

	tell_bans(&rig->rig.irc_end->sink, 0);
	tell_bans(&rig->rig.chime_end->sink, 0);
	ANSWERED(rig, "ban", "Say: ban WHO");
	ANSWERED(rig, "unban", "Say: unban WHO");
	ANSWERED(rig, "ban nobody", "Nobody called nobody is known");
	ANSWERED(rig, "unban eve", "eve is not banned there.");
	ANSWERED(rig, "ban eve 1h being rude", "banned on both sides until ");
	ANSWERED(rig, "bans", "until ");
	ANSWERED(rig, "ban eve #nowhere", "#nowhere");
	ANSWERED(rig, "unban eve #nowhere", "#nowhere");
	ANSWERED(rig, "unban eve nowhere", "There is no bridged channel");
	ANSWERED(rig, "unban eve #project", "lifted on both sides");
	/* In either order: nobody is banned in another channel than is named.
	 */
	ANSWERED(rig, "ban eve 1h #nowhere rude", "#nowhere");
	ANSWERED(
		rig, "ban eve 1h #project rude", "banned on both sides until ");
	ANSWERED(rig, "unban eve #project", "lifted on both sides");
}

static void test_several_of_a_name(void **state)
{
	struct command_rig *rig = moderated(state);

	command_rig_come(rig, LANE_TO_CHIME, "net/@eve", "Eve");
	ANSWERED(rig, "ban eve", "Several in #project are called eve");
	ANSWERED(rig, "ban net/@eve", "is banned");
}

static void test_held(void **state)
{
	struct command_rig *rig = moderated(state);

	tell_bans(&rig->rig.irc_end->sink, 3);
	tell_bans(&rig->rig.chime_end->sink, 0);
	settle(rig);
	ANSWERED(rig, "bans", "3 changes are held");
	ANSWERED(rig, "link", "\"confirm\"");
	ANSWERED(rig, "confirm", "3 changes are made in #project.");
	ANSWERED(rig, "confirm", "Nothing is held");
}

static void test_rights(void **state)
{
	struct command_rig *rig = moderated(state);
	const struct end_sink *sink = &rig->rig.irc_end->sink;

	assert_null(strstr(command_rig_ask(rig, "link"), "only looked at"));
	sink->right(sink->arg, RIGHT_BANS, false, "belfry is no operator");
	ANSWERED(rig, "link",
		"On IRC only looked at, not changed: bans (belfry is no "
		"operator)");
	command_rig_come(rig, LANE_TO_CHIME, "net/@eve", "Eve");
	ANSWERED(rig, "ban net/@eve",
		"But not on IRC, where the bridge may not: belfry is no "
		"operator.");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, command_rig_setup, command_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_kept_alike),
		TEST(bans),
		TEST(ban_and_unban),
		TEST(several_of_a_name),
		TEST(held),
		TEST(rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
