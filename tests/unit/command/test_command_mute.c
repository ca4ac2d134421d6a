#include "command/command_mute.h"

#include "../support/command_rig.h"
#include "filter/mutes.h"
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

static const struct person spammer = {
	.id = "net/spam",
	.name = "spam",
	.address = "spam!~s@bad.example",
};

static bool is_muted(struct command_rig *rig, const char *mapping)
{
	return filter_ignores(bridge_find(rig->rig.bridge, mapping)->filter,
		LANE_TO_CHIME, &spammer);
}

static void test_mute_and_unmute(void **state)
{
	struct command_rig *rig = *state;

	rig->is_operator = true;
	ANSWERED(rig, "mutes m", "Nobody is muted in #project.");
	ANSWERED(rig, "mute *!*@BAD.example #project",
		"Not relayed any more: *!*@BAD.example; \"unmute\"");
	assert_true(is_muted(rig, "m"));
	assert_false(is_muted(rig, "o"));
	assert_string_equal(
		command_rig_ask(rig, "mutes m"), "*!*@BAD.example (by Bob)\n");
	ANSWERED(rig, "unmute spam m", "spam is not muted in #project");
	ANSWERED(rig, "unmute *!*@BAD.example m", "Relayed again: ");
	assert_false(is_muted(rig, "m"));
}

static void test_for_a_time(void **state)
{
	struct command_rig *rig = *state;

	rig->is_operator = true;
	rig->mapping = "m";
	ANSWERED(rig, "mute spam 2h", "spam until ");
	ANSWERED(rig, "mutes", "spam (by Bob, until ");
	assert_true(is_muted(rig, "m"));
	clock_advance(2 * 3600 * 1000 + 60 * 1000);
	rig_turns(&rig->rig, 3);
	assert_false(is_muted(rig, "m"));
	ANSWERED(rig, "mutes", "Nobody is muted in #project.");
	/* In any order; a second one renews the first. */
	ANSWERED(rig, "mute \"Sir Spam\" 1d #other", "Sir Spam until ");
	ANSWERED(rig, "mute \"Sir Spam\" #other", "more: Sir Spam;");
	assert_string_equal(
		command_rig_ask(rig, "mutes #other"), "Sir Spam (by Bob)\n");
}

static void test_what_is_not_understood(void **state)
{
	struct command_rig *rig = *state;

	rig->is_operator = true;
	ANSWERED(rig, "mute", "Say: mute MASK");
	ANSWERED(rig, "unmute", "Say: unmute MASK");
	ANSWERED(rig, "mute *!*@* m", "is everybody: \"pause\"");
	ANSWERED(rig, "mute ** m", "is everybody");
	ANSWERED(rig, "mute \"\" m", "is everybody");
	ANSWERED(rig, "mute Sir Spam m", "Not understood: m.");
	ANSWERED(rig, "mute spam m 99999999999d", "Not understood: 9999");
	ANSWERED(rig, "mute spam m 0m", "Not understood: 0m");
	ANSWERED(rig, "mute spam #nowhere", "no bridged channel #nowhere");
	ANSWERED(rig, "mute spam", "Which channel? There are 2");
	assert_false(is_muted(rig, "m"));
}

static void test_too_long(void **state)
{
	struct command_rig *rig = *state;
	char words[MUTE_MASK_BYTES_MAX + 32];

	rig->is_operator = true;
	rig->mapping = "m";
	snprintf(words, sizeof(words), "mute %0*d", MUTE_MASK_BYTES_MAX + 1, 7);
	ANSWERED(rig, words, "at most 200 bytes");
	snprintf(words, sizeof(words), "mute %0*d", MUTE_MASK_BYTES_MAX, 7);
	ANSWERED(rig, words, "Not relayed any more");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, command_rig_setup, command_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mute_and_unmute),
		TEST(for_a_time),
		TEST(what_is_not_understood),
		TEST(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
