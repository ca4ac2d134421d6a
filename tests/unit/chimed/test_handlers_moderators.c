#include "../support/chimed_rig.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static void test_moderators(void **state)
{
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	rig_user(&rig, "bobby", bobby);
	rig_channel(&rig, alice, "RESTRICTED", "PUBLIC", room);
	assert_int_equal(rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MODERATOR, alice,
				 "{s:s, s:s}", "ChannelArn", room,
				 "ChannelModeratorArn", bobby),
		404);
	assert_int_equal(rig_call(&rig, CHIME_CREATE_CHANNEL_MODERATOR, alice,
				 "{s:s, s:s}", "ChannelArn", room,
				 "ChannelModeratorArn", bobby),
		201);
	assert_string_equal(rig_text(&rig, "ChannelModerator.Arn"), bobby);
	assert_string_equal(rig_text(&rig, "ChannelArn"), room);
	assert_int_equal(rig_call(&rig, CHIME_CREATE_CHANNEL_MODERATOR, alice,
				 "{s:s, s:s}", "ChannelArn", room,
				 "ChannelModeratorArn", bobby),
		409);
	assert_int_equal(rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MODERATOR, bobby,
				 "{s:s, s:s}", "ChannelArn", room,
				 "ChannelModeratorArn", bobby),
		200);
	assert_string_equal(
		rig_text(&rig, "ChannelModerator.Moderator.Name"), "bobby");
	assert_string_equal(
		rig_text(&rig, "ChannelModerator.CreatedBy.Arn"), alice);
	assert_int_equal(rig_time_ms(&rig, "ChannelModerator.CreatedTimestamp"),
		RIG_NOW_MS);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNEL_MODERATORS, bobby,
				 "{s:s}", "ChannelArn", room),
		200);
	assert_string_equal(
		rig_text(&rig, "ChannelModerators.1.Moderator.Arn"), bobby);
	assert_int_equal(rig_call(&rig, CHIME_DELETE_CHANNEL_MODERATOR, bobby,
				 "{s:s, s:s}", "ChannelArn", room,
				 "ChannelModeratorArn", alice),
		204);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNEL_MODERATORS, alice,
				 "{s:s}", "ChannelArn", room),
		403);
	rig_release(&rig);
}

static void test_what_one_moderates(void **state)
{
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	rig_user(&rig, "bobby", bobby);
	rig_channel(&rig, alice, "RESTRICTED", "PRIVATE", room);
	assert_int_equal(
		rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, alice,
			"{s:s, s:s}", "ChannelArn", room, "AppInstanceUserArn",
			alice),
		200);
	assert_string_equal(
		rig_text(&rig, "Channel.ChannelSummary.ChannelArn"), room);
	assert_int_equal(
		rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, bobby,
			"{s:s, s:s}", "ChannelArn", room, "AppInstanceUserArn",
			bobby),
		403);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNELS_MODERATED_BY_USER,
				 alice, "{}"),
		200);
	assert_int_equal(json_array_size(rig_get(&rig, "Channels")), 1);
	assert_string_equal(
		rig_text(&rig, "Channels.0.ChannelSummary.ChannelArn"), room);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNELS_MODERATED_BY_USER,
				 bobby, "{s:s}", "AppInstanceUserArn", alice),
		403);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moderators),
		cmocka_unit_test(test_what_one_moderates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
