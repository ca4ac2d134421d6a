#include "../support/chimed_rig.h"

#include "util/clock.h"

#include <stdio.h>

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static int create(struct rig *rig, const char *instance, const char *id,
	const char *token)
{
	return rig_call(rig, CHIME_CREATE_APP_INSTANCE_USER, NULL,
		"{s:s, s:s, s:s, s:s}", "AppInstanceArn", instance,
		"AppInstanceUserId", id, "Name", "A name", "ClientRequestToken",
		token);
}

static void test_users(void **state)
{
	char want[RIG_ARN_BYTES + 32];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	assert_int_equal(create(&rig, rig.instance, "a.b@c:d", "one"), 201);
	snprintf(want, sizeof(want), "%s/user/a.b@c:d", rig.instance);
	assert_string_equal(rig_text(&rig, "AppInstanceUserArn"), want);
	assert_int_equal(create(&rig, rig.instance, "a.b@c:d", "one"), 201);
	assert_int_equal(create(&rig, rig.instance, "a.b@c:d", "two"), 409);
	assert_string_equal(rig.type, "ConflictException");
	assert_int_equal(create(&rig, rig.instance, "abc", "three"), 400);
	assert_int_equal(
		create(&rig, "arn:aws:chime:us-east-1:1:app-instance/x",
			"alice", "four"),
		403);
	rig_release(&rig);
}

static int of(struct rig *rig, enum chime_op op, const char *arn)
{
	return rig_call(rig, op, NULL, "{s:s}", "AppInstanceUserArn", arn);
}

static void test_description_and_change(void **state)
{
	char alice[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	clock_freeze(2000, RIG_NOW_MS + 5000);
	assert_int_equal(rig_call(&rig, CHIME_UPDATE_APP_INSTANCE_USER, NULL,
				 "{s:s, s:s, s:s}", "AppInstanceUserArn", alice,
				 "Name", "Alice B.", "Metadata", ""),
		200);
	assert_string_equal(rig_text(&rig, "AppInstanceUserArn"), alice);
	assert_int_equal(
		of(&rig, CHIME_DESCRIBE_APP_INSTANCE_USER, alice), 200);
	assert_string_equal(rig_text(&rig, "AppInstanceUser.Name"), "Alice B.");
	assert_int_equal(rig_time_ms(&rig, "AppInstanceUser.CreatedTimestamp"),
		RIG_NOW_MS);
	assert_int_equal(
		rig_time_ms(&rig, "AppInstanceUser.LastUpdatedTimestamp"),
		RIG_NOW_MS + 5000);
	assert_int_equal(rig_call(&rig, CHIME_LIST_APP_INSTANCE_USERS, NULL,
				 "{s:s}", "AppInstanceArn", rig.instance),
		200);
	assert_string_equal(
		rig_text(&rig, "AppInstanceUsers.0.AppInstanceUserArn"), alice);
	assert_string_equal(rig_text(&rig, "AppInstanceArn"), rig.instance);
	rig_release(&rig);
}

static void test_a_deleted_user(void **state)
{
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
	char id[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	rig_user(&rig, "bobby", bobby);
	rig_channel(&rig, alice, "UNRESTRICTED", "PUBLIC", room);
	rig_join(&rig, room, alice, bobby, "DEFAULT");
	rig_send(&rig, room, bobby, "hello", id);
	assert_int_equal(of(&rig, CHIME_DELETE_APP_INSTANCE_USER, bobby), 204);
	assert_int_equal(of(&rig, CHIME_DELETE_APP_INSTANCE_USER, bobby), 204);
	assert_int_equal(
		of(&rig, CHIME_DESCRIBE_APP_INSTANCE_USER, bobby), 404);
	assert_int_equal(rig_call(&rig, CHIME_DESCRIBE_CHANNEL, bobby, "{s:s}",
				 "ChannelArn", room),
		401);
	/* Said is said. */
	assert_int_equal(
		rig_call(&rig, CHIME_GET_CHANNEL_MESSAGE, alice, "{s:s, s:s}",
			"ChannelArn", room, "MessageId", id),
		200);
	assert_string_equal(rig_text(&rig, "ChannelMessage.Sender.Arn"), bobby);
	/* Back again, and member of nothing. */
	assert_int_equal(create(&rig, rig.instance, "bobby", "again"), 201);
	assert_int_equal(
		rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, alice,
			"{s:s, s:s}", "ChannelArn", room, "MemberArn", bobby),
		404);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_description_and_change),
		cmocka_unit_test(test_a_deleted_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
