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
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], carol[RIG_ARN_BYTES];
	char open[RIG_ARN_BYTES], closed[RIG_ARN_BYTES];
};

static int build(void **state)
{
	static struct house house;

	rig_init(&house.rig);
	rig_user(&house.rig, "alice", house.alice);
	rig_user(&house.rig, "bobby", house.bobby);
	rig_user(&house.rig, "carol", house.carol);
	rig_channel(
		&house.rig, house.alice, "UNRESTRICTED", "PUBLIC", house.open);
	rig_channel(&house.rig, house.alice, "UNRESTRICTED", "PRIVATE",
		house.closed);
	*state = &house;
	return 0;
}

static int wreck(void **state)
{
	struct house *house = *state;

	rig_release(&house->rig);
	return 0;
}

static int join(struct house *house, const char *room, const char *bearer,
	const char *member, const char *type)
{
	return rig_call(&house->rig, CHIME_CREATE_CHANNEL_MEMBERSHIP, bearer,
		"{s:s, s:s, s:s}", "ChannelArn", room, "MemberArn", member,
		"Type", type);
}

static int one(struct house *house, enum chime_op op, const char *room,
	const char *bearer, const char *member)
{
	return rig_call(&house->rig, op, bearer, "{s:s, s:s}", "ChannelArn",
		room, "MemberArn", member);
}

static void test_joining(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(
		join(house, house->open, house->bobby, house->bobby, "DEFAULT"),
		201);
	assert_string_equal(rig_text(rig, "ChannelArn"), house->open);
	assert_string_equal(rig_text(rig, "Member.Arn"), house->bobby);
	assert_string_equal(rig_text(rig, "Member.Name"), "bobby");
	assert_int_equal(
		join(house, house->open, house->bobby, house->bobby, "DEFAULT"),
		409);
	/* A member may bring others where that is unrestricted. */
	assert_int_equal(
		join(house, house->open, house->bobby, house->carol, "HIDDEN"),
		403);
	assert_int_equal(
		join(house, house->open, house->bobby, house->carol, "DEFAULT"),
		201);
	assert_int_equal(join(house, house->closed, house->bobby, house->bobby,
				 "DEFAULT"),
		403);
	assert_int_equal(join(house, house->closed, house->alice,
				 "arn:aws:chime:us-east-1:1:app-instance/a/"
				 "user/nobody",
				 "DEFAULT"),
		403);
}

static void test_description(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	rig_join(rig, house->open, house->alice, house->bobby, "DEFAULT");
	assert_int_equal(one(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->open, house->carol, house->bobby),
		200);
	assert_string_equal(
		rig_text(rig, "ChannelMembership.Member.Arn"), house->bobby);
	assert_string_equal(
		rig_text(rig, "ChannelMembership.InvitedBy.Name"), "alice");
	assert_string_equal(rig_text(rig, "ChannelMembership.Type"), "DEFAULT");
	assert_int_equal(rig_time_ms(rig, "ChannelMembership.CreatedTimestamp"),
		RIG_NOW_MS);
	assert_int_equal(one(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->open, house->carol, house->carol),
		404);
	assert_string_equal(rig->type, "NotFoundException");
}

static void test_hidden_members_are(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	rig_join(rig, house->open, house->alice, house->bobby, "HIDDEN");
	assert_int_equal(one(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->open, house->carol, house->bobby),
		404);
	assert_int_equal(one(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->open, house->bobby, house->bobby),
		200);
	assert_int_equal(
		rig_call(rig, CHIME_LIST_CHANNEL_MEMBERSHIPS, house->carol,
			"{s:s}", "ChannelArn", house->open),
		200);
	assert_int_equal(
		json_array_size(rig_get(rig, "ChannelMemberships")), 1);
	assert_int_equal(rig_call(rig, CHIME_LIST_CHANNEL_MEMBERSHIPS,
				 house->carol, "{s:s, s:s}", "ChannelArn",
				 house->open, "Type", "HIDDEN"),
		403);
	assert_int_equal(rig_call(rig, CHIME_LIST_CHANNEL_MEMBERSHIPS,
				 house->alice, "{s:s, s:s}", "ChannelArn",
				 house->open, "Type", "HIDDEN"),
		200);
	assert_string_equal(
		rig_text(rig, "ChannelMemberships.0.Member.Arn"), house->bobby);
	assert_int_equal(
		json_array_size(rig_get(rig, "ChannelMemberships")), 1);
}

/* The list says how far each has read, where that is known. */
static void test_read_markers_are_listed(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	rig_join(rig, house->open, house->alice, house->bobby, "DEFAULT");
	assert_int_equal(rig_call(rig, CHIME_UPDATE_CHANNEL_READ_MARKER,
				 house->bobby, "{s:s}", "ChannelArn",
				 house->open),
		200);
	assert_int_equal(
		rig_call(rig, CHIME_LIST_CHANNEL_MEMBERSHIPS, house->carol,
			"{s:s}", "ChannelArn", house->open),
		200);
	assert_string_equal(
		rig_text(rig, "ChannelMemberships.1.Member.Arn"), house->bobby);
	assert_int_equal(
		rig_time_ms(rig, "ChannelMemberships.1.ReadMarkerTimestamp"),
		RIG_NOW_MS);
	assert_null(rig_get(rig, "ChannelMemberships.0.ReadMarkerTimestamp"));
}

static void test_leaving(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	rig_join(rig, house->closed, house->alice, house->bobby, "DEFAULT");
	rig_join(rig, house->closed, house->alice, house->carol, "DEFAULT");
	assert_int_equal(one(house, CHIME_DELETE_CHANNEL_MEMBERSHIP,
				 house->closed, house->bobby, house->carol),
		403);
	assert_int_equal(one(house, CHIME_DELETE_CHANNEL_MEMBERSHIP,
				 house->closed, house->bobby, house->bobby),
		204);
	assert_int_equal(one(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->closed, house->bobby, house->alice),
		403);
	assert_int_equal(one(house, CHIME_DELETE_CHANNEL_MEMBERSHIP,
				 house->closed, house->alice, house->carol),
		204);
	/* Again: it is as asked for. */
	assert_int_equal(one(house, CHIME_DELETE_CHANNEL_MEMBERSHIP,
				 house->closed, house->alice, house->carol),
		204);
}

static void test_a_batch(void **state)
{
	static const char nobody[] =
		"arn:aws:chime:us-east-1:1:app-instance/a/user/nobody";
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(
		rig_call(rig, CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP,
			house->alice, "{s:s, s:[s, s, s, s]}", "ChannelArn",
			house->open, "MemberArns", house->bobby, nobody,
			house->carol, house->bobby),
		200);
	assert_string_equal(
		rig_text(rig, "BatchChannelMemberships.Members.0.Arn"),
		house->bobby);
	assert_string_equal(
		rig_text(rig, "BatchChannelMemberships.Members.1.Arn"),
		house->carol);
	assert_null(rig_get(rig, "BatchChannelMemberships.Members.2"));
	assert_string_equal(
		rig_text(rig, "BatchChannelMemberships.InvitedBy.Arn"),
		house->alice);
	assert_string_equal(rig_text(rig, "BatchChannelMemberships.ChannelArn"),
		house->open);
	assert_string_equal(
		rig_text(rig, "BatchChannelMemberships.Type"), "DEFAULT");
	assert_string_equal(rig_text(rig, "Errors.0.MemberArn"), nobody);
	assert_string_equal(rig_text(rig, "Errors.0.ErrorCode"), "Forbidden");
	assert_string_equal(rig_text(rig, "Errors.1.ErrorCode"), "Conflict");
	assert_int_equal(one(house, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
				 house->open, house->alice, house->carol),
		200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_joining, build, wreck),
		cmocka_unit_test_setup_teardown(test_description, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_hidden_members_are, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_read_markers_are_listed, build, wreck),
		cmocka_unit_test_setup_teardown(test_leaving, build, wreck),
		cmocka_unit_test_setup_teardown(test_a_batch, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
