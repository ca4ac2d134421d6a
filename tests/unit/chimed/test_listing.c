#include "../support/chimed_rig.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>

enum { MEMBERS = 7 };

/* A page never repeats or skips, whoever leaves between two of them. */
static void test_members_page_by_page(void **state)
{
	char owner[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
	char members[MEMBERS][RIG_ARN_BYTES];
	char token[128] = "";
	char name[16];
	struct rig rig;
	int seen = 0;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "owner", owner);
	rig_channel(&rig, owner, "RESTRICTED", "PRIVATE", room);
	for (int i = 0; i < MEMBERS; i++) {
		snprintf(name, sizeof(name), "user%d", i);
		rig_user(&rig, name, members[i]);
		rig_join(&rig, room, owner, members[i], "DEFAULT");
	}
	for (int page = 0; page < 4; page++) {
		assert_int_equal(
			rig_call(&rig, CHIME_LIST_CHANNEL_MEMBERSHIPS, owner,
				"{s:s, s:i, s:s}", "ChannelArn", room,
				"MaxResults", 2, "NextToken", token),
			200);
		assert_string_equal(rig_text(&rig, "ChannelArn"), room);
		assert_int_equal(
			json_array_size(rig_get(&rig, "ChannelMemberships")),
			2);
		if (page > 0)
			assert_string_equal(
				rig_text(&rig,
					"ChannelMemberships.0.Member.Arn"),
				members[seen - 1]);
		seen += 2;
		snprintf(token, sizeof(token), "%s",
			rig_text(&rig, "NextToken"));
		assert_int_equal(*token == '\0', page == 3);
		assert_int_equal(rig_call(&rig, CHIME_DELETE_CHANNEL_MEMBERSHIP,
					 owner, "{s:s, s:s}", "ChannelArn",
					 room, "MemberArn", members[seen - 2]),
			204);
	}
	rig_release(&rig);
}

static void test_the_default_size_is_fifty(void **state)
{
	char owner[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "owner", owner);
	for (int i = 0; i < 51; i++)
		rig_channel(&rig, owner, "RESTRICTED", "PUBLIC", room);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNELS, owner, "{s:s}",
				 "AppInstanceArn", rig.instance),
		200);
	assert_int_equal(json_array_size(rig_get(&rig, "Channels")), 50);
	char token[128];

	snprintf(token, sizeof(token), "%s", rig_text(&rig, "NextToken"));
	assert_int_equal(
		rig_call(&rig, CHIME_LIST_CHANNELS, owner, "{s:s, s:s}",
			"AppInstanceArn", rig.instance, "NextToken", token),
		200);
	assert_int_equal(json_array_size(rig_get(&rig, "Channels")), 1);
	/* The token of one operation is none of another's. */
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNELS_MODERATED_BY_USER,
				 owner, "{s:s}", "NextToken", token),
		400);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_page_by_page),
		cmocka_unit_test(test_the_default_size_is_fifty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
