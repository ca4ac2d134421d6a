#include "../support/chimed_rig.h"

#include "util/clock.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

struct house {
	struct rig rig;
	char alice[RIG_ARN_BYTES], admin[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
};

static int build(void **state)
{
	static struct house house;

	rig_init(&house.rig);
	rig_user(&house.rig, "alice", house.alice);
	rig_user(&house.rig, "admin", house.admin);
	rig_channel(
		&house.rig, house.alice, "RESTRICTED", "PRIVATE", house.room);
	*state = &house;
	return 0;
}

static int wreck(void **state)
{
	struct house *house = *state;

	rig_release(&house->rig);
	return 0;
}

static int describe(struct house *house)
{
	return rig_call(&house->rig, CHIME_DESCRIBE_CHANNEL, house->alice,
		"{s:s}", "ChannelArn", house->room);
}

static void test_describe(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(strlen(strrchr(house->room, '/') + 1), 64);
	assert_int_equal(describe(house), 200);
	assert_string_equal(rig_text(rig, "Channel.ChannelArn"), house->room);
	assert_string_equal(rig_text(rig, "Channel.Name"), "room");
	assert_string_equal(rig_text(rig, "Channel.Mode"), "RESTRICTED");
	assert_string_equal(rig_text(rig, "Channel.Privacy"), "PRIVATE");
	assert_null(rig_get(rig, "Channel.Metadata"));
	assert_null(rig_get(rig, "Channel.LastMessageTimestamp"));
	assert_string_equal(
		rig_text(rig, "Channel.CreatedBy.Arn"), house->alice);
	assert_string_equal(rig_text(rig, "Channel.CreatedBy.Name"), "alice");
	assert_int_equal(
		rig_time_ms(rig, "Channel.CreatedTimestamp"), RIG_NOW_MS);
}

static void test_defaults_and_the_creators_seats(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(rig_call(rig, CHIME_CREATE_CHANNEL, house->alice,
				 "{s:s, s:s, s:s, s:s}", "AppInstanceArn",
				 rig->instance, "Name", "plain", "Metadata",
				 "{}", "ClientRequestToken", "plain"),
		201);
	strcpy(house->room, rig_text(rig, "ChannelArn"));
	assert_int_equal(describe(house), 200);
	assert_string_equal(rig_text(rig, "Channel.Mode"), "UNRESTRICTED");
	assert_string_equal(rig_text(rig, "Channel.Privacy"), "PUBLIC");
	assert_string_equal(rig_text(rig, "Channel.Metadata"), "{}");
	assert_int_equal(
		rig_call(rig, CHIME_LIST_CHANNEL_MEMBERSHIPS, house->alice,
			"{s:s}", "ChannelArn", house->room),
		200);
	assert_string_equal(
		rig_text(rig, "ChannelMemberships.0.Member.Arn"), house->alice);
	assert_int_equal(
		rig_call(rig, CHIME_LIST_CHANNEL_MODERATORS, house->alice,
			"{s:s}", "ChannelArn", house->room),
		200);
	assert_string_equal(rig_text(rig, "ChannelModerators.0.Moderator.Arn"),
		house->alice);
}

static void test_update(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	clock_advance(5000);
	assert_int_equal(rig_call(rig, CHIME_UPDATE_CHANNEL, house->alice,
				 "{s:s, s:s, s:s, s:s}", "ChannelArn",
				 house->room, "Name", "hall", "Mode",
				 "UNRESTRICTED", "Metadata", "m"),
		200);
	assert_string_equal(rig_text(rig, "ChannelArn"), house->room);
	assert_int_equal(rig_call(rig, CHIME_UPDATE_CHANNEL, house->alice,
				 "{s:s, s:s, s:s}", "ChannelArn", house->room,
				 "Name", "hall", "Mode", "UNRESTRICTED"),
		200);
	assert_int_equal(describe(house), 200);
	assert_string_equal(rig_text(rig, "Channel.Name"), "hall");
	assert_string_equal(rig_text(rig, "Channel.Mode"), "UNRESTRICTED");
	assert_string_equal(rig_text(rig, "Channel.Metadata"), "m");
	assert_int_equal(rig_time_ms(rig, "Channel.LastUpdatedTimestamp"),
		RIG_NOW_MS + 5000);
	assert_int_equal(
		rig_time_ms(rig, "Channel.CreatedTimestamp"), RIG_NOW_MS);
}

static void test_delete(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(rig_call(rig, CHIME_DELETE_CHANNEL, house->alice,
				 "{s:s}", "ChannelArn", house->room),
		204);
	assert_null(rig->body);
	assert_int_equal(describe(house), 403);
	assert_int_equal(rig_call(rig, CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER,
				 house->alice, "{}"),
		200);
	assert_int_equal(
		json_array_size(rig_get(rig, "ChannelMemberships")), 0);
}

static int list(struct house *house, const char *bearer, const char *privacy)
{
	return rig_call(&house->rig, CHIME_LIST_CHANNELS, bearer, "{s:s, s:s*}",
		"AppInstanceArn", house->rig.instance, "Privacy", privacy);
}

static void test_list(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	char open[RIG_ARN_BYTES];

	rig_channel(rig, house->alice, "RESTRICTED", "PUBLIC", open);
	assert_int_equal(list(house, house->alice, NULL), 200);
	assert_int_equal(json_array_size(rig_get(rig, "Channels")), 1);
	assert_string_equal(rig_text(rig, "Channels.0.ChannelArn"), open);
	assert_int_equal(list(house, house->alice, "PRIVATE"), 403);
	assert_int_equal(list(house, house->admin, "PRIVATE"), 200);
	assert_int_equal(json_array_size(rig_get(rig, "Channels")), 1);
	assert_string_equal(
		rig_text(rig, "Channels.0.ChannelArn"), house->room);
}

static void test_other_instances_are_out_of_reach(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	char first[RIG_ARN_BYTES];
	char stranger[RIG_ARN_BYTES];

	memcpy(first, rig->instance, sizeof(first));
	assert_int_equal(
		rig_call(rig, CHIME_CREATE_APP_INSTANCE, NULL, "{s:s, s:s}",
			"Name", "other", "ClientRequestToken", "other"),
		201);
	strcpy(rig->instance, rig_text(rig, "AppInstanceArn"));
	/* An admin there is a stranger here. */
	rig_user(rig, "admin", stranger);
	assert_int_equal(rig_call(rig, CHIME_DESCRIBE_CHANNEL, stranger,
				 "{s:s}", "ChannelArn", house->room),
		403);
	assert_int_equal(rig_call(rig, CHIME_LIST_CHANNELS, stranger, "{s:s}",
				 "AppInstanceArn", first),
		403);
	assert_int_equal(
		rig_call(rig, CHIME_CREATE_CHANNEL_MEMBERSHIP, house->alice,
			"{s:s, s:s, s:s}", "ChannelArn", house->room,
			"MemberArn", stranger, "Type", "DEFAULT"),
		403);
	assert_int_equal(rig_call(rig, CHIME_CREATE_CHANNEL, stranger,
				 "{s:s, s:s, s:s}", "AppInstanceArn", first,
				 "Name", "x", "ClientRequestToken", "xx"),
		403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_describe, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_defaults_and_the_creators_seats, build, wreck),
		cmocka_unit_test_setup_teardown(test_update, build, wreck),
		cmocka_unit_test_setup_teardown(test_delete, build, wreck),
		cmocka_unit_test_setup_teardown(test_list, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_other_instances_are_out_of_reach, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
