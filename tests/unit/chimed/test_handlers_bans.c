#include "../support/chimed_rig.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

struct house {
	struct rig rig;
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], admin[RIG_ARN_BYTES];
	char room[RIG_ARN_BYTES];
};

static int build(void **state)
{
	static struct house house;

	rig_init(&house.rig);
	rig_user(&house.rig, "alice", house.alice);
	rig_user(&house.rig, "bobby", house.bobby);
	rig_user(&house.rig, "admin", house.admin);
	rig_channel(
		&house.rig, house.alice, "UNRESTRICTED", "PUBLIC", house.room);
	rig_join(&house.rig, house.room, house.alice, house.bobby, "DEFAULT");
	*state = &house;
	return 0;
}

static int wreck(void **state)
{
	struct house *house = *state;

	rig_release(&house->rig);
	return 0;
}

static int act(struct house *house, enum chime_op op, const char *bearer,
	const char *member)
{
	return rig_call(&house->rig, op, bearer, "{s:s, s:s, s:s}",
		"ChannelArn", house->room, "MemberArn", member, "Type",
		"DEFAULT");
}

static void test_a_ban_kicks_and_bars(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_BAN, house->bobby,
				 house->alice),
		403);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_BAN, house->alice,
				 house->bobby),
		201);
	assert_string_equal(rig_text(rig, "ChannelArn"), house->room);
	assert_string_equal(rig_text(rig, "Member.Arn"), house->bobby);
	assert_int_equal(act(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->alice, house->bobby),
		404);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_MEMBERSHIP,
				 house->alice, house->bobby),
		403);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_MEMBERSHIP,
				 house->bobby, house->bobby),
		403);
	assert_int_equal(
		rig_call(rig, CHIME_CREATE_CHANNEL_MODERATOR, house->alice,
			"{s:s, s:s}", "ChannelArn", house->room,
			"ChannelModeratorArn", house->bobby),
		403);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_BAN, house->alice,
				 house->bobby),
		409);
	assert_int_equal(act(house, CHIME_DELETE_CHANNEL_BAN, house->alice,
				 house->bobby),
		204);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_MEMBERSHIP,
				 house->alice, house->bobby),
		201);
}

static void test_the_staff_cannot_be_banned(void **state)
{
	struct house *house = *state;

	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_BAN, house->alice,
				 house->admin),
		403);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_BAN, house->admin,
				 house->alice),
		403);
}

static void test_description_and_list(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(act(house, CHIME_DESCRIBE_CHANNEL_BAN, house->alice,
				 house->bobby),
		404);
	assert_int_equal(act(house, CHIME_CREATE_CHANNEL_BAN, house->admin,
				 house->bobby),
		201);
	assert_int_equal(act(house, CHIME_DESCRIBE_CHANNEL_BAN, house->alice,
				 house->bobby),
		200);
	assert_string_equal(
		rig_text(rig, "ChannelBan.Member.Arn"), house->bobby);
	assert_string_equal(
		rig_text(rig, "ChannelBan.CreatedBy.Arn"), house->admin);
	assert_int_equal(
		rig_time_ms(rig, "ChannelBan.CreatedTimestamp"), RIG_NOW_MS);
	assert_int_equal(rig_call(rig, CHIME_LIST_CHANNEL_BANS, house->alice,
				 "{s:s}", "ChannelArn", house->room),
		200);
	assert_string_equal(
		rig_text(rig, "ChannelBans.0.Member.Arn"), house->bobby);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_ban_kicks_and_bars, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_the_staff_cannot_be_banned, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_description_and_list, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
