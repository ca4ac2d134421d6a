#include "../support/chimed_rig.h"

#include "util/clock.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static void test_read_marker(void **state)
{
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], admin[RIG_ARN_BYTES];
	char room[RIG_ARN_BYTES], id[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	rig_user(&rig, "bobby", bobby);
	rig_user(&rig, "admin", admin);
	rig_channel(&rig, alice, "RESTRICTED", "PRIVATE", room);
	clock_advance(1000);
	rig_send(&rig, room, alice, "hello", id);
	assert_int_equal(
		rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER,
			alice, "{s:s, s:s}", "ChannelArn", room,
			"AppInstanceUserArn", alice),
		200);
	assert_string_equal(
		rig_text(&rig, "ChannelMembership.ChannelSummary.ChannelArn"),
		room);
	assert_int_equal(rig_time_ms(&rig, "ChannelMembership.ChannelSummary."
					   "LastMessageTimestamp"),
		RIG_NOW_MS + 1000);
	assert_null(rig_get(&rig, "ChannelMembership."
				  "AppInstanceUserMembershipSummary."
				  "ReadMarkerTimestamp"));
	clock_advance(500);
	assert_int_equal(rig_call(&rig, CHIME_UPDATE_CHANNEL_READ_MARKER, alice,
				 "{s:s}", "ChannelArn", room),
		200);
	assert_string_equal(rig_text(&rig, "ChannelArn"), room);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER,
				 admin, "{s:s}", "AppInstanceUserArn", alice),
		200);
	assert_int_equal(rig_time_ms(&rig, "ChannelMemberships.0."
					   "AppInstanceUserMembershipSummary."
					   "ReadMarkerTimestamp"),
		RIG_NOW_MS + 1500);
	assert_string_equal(rig_text(&rig, "ChannelMemberships.0."
					   "AppInstanceUserMembershipSummary."
					   "Type"),
		"DEFAULT");
	/* Others, and those without a membership. */
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER,
				 bobby, "{s:s}", "AppInstanceUserArn", alice),
		403);
	assert_int_equal(
		rig_call(&rig, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER,
			bobby, "{s:s, s:s}", "ChannelArn", room,
			"AppInstanceUserArn", bobby),
		403);
	assert_int_equal(rig_call(&rig, CHIME_UPDATE_CHANNEL_READ_MARKER, admin,
				 "{s:s}", "ChannelArn", room),
		403);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_marker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
