#include "bridge/notice.h"

#include "../support/bridge_rig.h"
#include "bridge/mapping.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_notes(struct fake_world *world, const char *text)
{
	assert_string_equal(text, world->notes);
	world->notes[0] = '\0';
}

/* So many lines of IRC that Chime refuses. */
static void refuse(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++) {
		fake_say(&rig->irc, "no");
		fake_present(rig->irc_end);
		rig_turns(rig, 3);
		assert_true(fake_refuse(rig->chime_end));
		rig_turns(rig, 3);
	}
}

static void pass(struct rig *rig, int64_t ms)
{
	clock_advance(ms);
	rig_turns(rig, 3);
}

static void test_sender_is_told(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	refuse(rig, 1);
	expect_notes(&rig->irc, "A message of Somebody could not be relayed to "
				"Chime: no\n");
	expect_notes(&rig->chime, "");
}

static void test_many_are_a_number(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	refuse(rig, 4);
	expect_notes(&rig->irc, "A message of Somebody could not be relayed to "
				"Chime: no\n");
	pass(rig, NOTICE_EVERY_MS - 1);
	expect_notes(&rig->irc, "");
	pass(rig, 1);
	expect_notes(&rig->irc, "3 messages could not be relayed to Chime\n");
	refuse(rig, 1);
	expect_notes(&rig->irc, "");
	pass(rig, NOTICE_EVERY_MS);
	expect_notes(&rig->irc, "1 message could not be relayed to Chime\n");
	pass(rig, NOTICE_EVERY_MS);
	expect_notes(&rig->irc, "");
	refuse(rig, 1);
	assert_non_null(strstr(rig->irc.notes, "of Somebody"));
}

static void test_waits_until_the_room_can_be_spoken_to(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->irc_end, false);
	refuse(rig, 2);
	pass(rig, 10 * NOTICE_EVERY_MS);
	expect_notes(&rig->irc, "");
	fake_ready(rig->irc_end, true);
	pass(rig, NOTICE_EVERY_MS);
	expect_notes(&rig->irc, "2 messages could not be relayed to Chime\n");
}

static void test_kinds_share_a_line(void **state)
{
	struct rig *rig = *state;
	struct lane *lane = rig->mapping->to_irc;

	rig_up(rig);
	notice_add(lane, NOTICE_DROPPED, "", "");
	notice_add(lane, NOTICE_EXPIRED, "", "");
	notice_add(lane, NOTICE_EXPIRED, "", "");
	notice_add(lane, NOTICE_REFUSED, "x", "y");
	pass(rig, 2000);
	expect_notes(&rig->chime,
		"1 message could not be relayed to IRC; 1 message got lost on "
		"the way to IRC: too many are waiting; 2 messages waited too "
		"long for IRC\n");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sender_is_told),
		TEST(many_are_a_number),
		TEST(waits_until_the_room_can_be_spoken_to),
		TEST(kinds_share_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
