#include "chimed/quotas.h"

#include "../support/chimed_rig.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

enum { AMPLE = 100, TOKEN_BYTES = 32 };

struct town {
	struct rig rig;
	int64_t quotas[QUOTA_COUNT];
	char ann[RIG_ARN_BYTES];
	char bob[RIG_ARN_BYTES];
	char square[RIG_ARN_BYTES];
	int tokens;
};

static int build(void **state)
{
	static struct town town;
	struct rig *rig = &town.rig;

	town = (struct town){.tokens = 0};
	for (int i = 0; i < QUOTA_COUNT; i++)
		town.quotas[i] = AMPLE;
	rig_init(rig);
	rig_user(rig, "ann.1", town.ann);
	rig_user(rig, "bob.1", town.bob);
	rig_channel(rig, town.ann, "UNRESTRICTED", "PUBLIC", town.square);
	rig_serve(rig, (struct service_params){.quotas = town.quotas});
	*state = &town;
	return 0;
}

static int wreck(void **state)
{
	struct town *town = *state;

	rig_release(&town->rig);
	return 0;
}

static const char *token(struct town *town)
{
	static char text[TOKEN_BYTES];

	snprintf(text, sizeof(text), "quota-%d", town->tokens++);
	return text;
}

static int make_instance(struct town *town)
{
	return rig_call(&town->rig, CHIME_CREATE_APP_INSTANCE, NULL,
		"{s:s, s:s}", "Name", "x", "ClientRequestToken", token(town));
}

static int make_user(struct town *town, const char *id)
{
	return rig_call(&town->rig, CHIME_CREATE_APP_INSTANCE_USER, NULL,
		"{s:s, s:s, s:s, s:s}", "AppInstanceArn", town->rig.instance,
		"AppInstanceUserId", id, "Name", "x", "ClientRequestToken",
		token(town));
}

static int make_channel(struct town *town, const char *bearer)
{
	return rig_call(&town->rig, CHIME_CREATE_CHANNEL, bearer,
		"{s:s, s:s, s:s}", "AppInstanceArn", town->rig.instance, "Name",
		"x", "ClientRequestToken", token(town));
}

static int make_admin(struct town *town, const char *user)
{
	return rig_call(&town->rig, CHIME_CREATE_APP_INSTANCE_ADMIN, NULL,
		"{s:s, s:s}", "AppInstanceArn", town->rig.instance,
		"AppInstanceAdminArn", user);
}

static int make_member(struct town *town, const char *user)
{
	return rig_call(&town->rig, CHIME_CREATE_CHANNEL_MEMBERSHIP, town->ann,
		"{s:s, s:s, s:s}", "ChannelArn", town->square, "MemberArn",
		user, "Type", "HIDDEN");
}

static int make_moderator(struct town *town, const char *user)
{
	return rig_call(&town->rig, CHIME_CREATE_CHANNEL_MODERATOR, town->ann,
		"{s:s, s:s}", "ChannelArn", town->square, "ChannelModeratorArn",
		user);
}

/* It was the last call's, and the text says which. */
static void assert_limit(const struct town *town, const char *named)
{
	assert_int_equal(town->rig.status, 400);
	assert_string_equal(town->rig.type, "ResourceLimitExceededException");
	assert_string_equal(
		rig_text(&town->rig, "Code"), "ResourceLimitExceeded");
	assert_non_null(strstr(rig_text(&town->rig, "Message"), named));
}

static void test_app_instances(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_APP_INSTANCES] = 2;
	assert_int_equal(make_instance(town), 201);
	make_instance(town);
	assert_limit(town, "app instances of the account, at most 2");
	/* One that is deleted makes room, though numbers go on. */
	assert_int_equal(rig_call(&town->rig, CHIME_DELETE_APP_INSTANCE, NULL,
				 "{s:s}", "AppInstanceArn", town->rig.instance),
		204);
	assert_int_equal(make_instance(town), 201);
	make_instance(town);
	assert_limit(town, "at most 2");
}

static void test_users(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_USERS] = 3;
	assert_int_equal(make_user(town, "carol"), 201);
	make_user(town, "david");
	assert_limit(town, "users of the app instance, at most 3");
	assert_int_equal(
		rig_call(&town->rig, CHIME_DELETE_APP_INSTANCE_USER, NULL,
			"{s:s}", "AppInstanceUserArn", town->bob),
		204);
	assert_int_equal(make_user(town, "david"), 201);
	/* Another app instance has its own. */
	assert_int_equal(make_instance(town), 201);
	snprintf(town->rig.instance, sizeof(town->rig.instance), "%s",
		rig_text(&town->rig, "AppInstanceArn"));
	assert_int_equal(make_user(town, "emil.1"), 201);
}

static void test_admins(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_ADMINS] = 1;
	assert_int_equal(make_admin(town, town->ann), 201);
	/* What is there is a conflict, not a matter of room. */
	assert_int_equal(make_admin(town, town->ann), 409);
	make_admin(town, town->bob);
	assert_limit(town, "admins of the app instance, at most 1");
}

static void test_channels(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_CHANNELS] = 2;
	assert_int_equal(make_channel(town, town->bob), 201);
	make_channel(town, town->bob);
	assert_limit(town, "channels of the app instance, at most 2");
}

static void test_members(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_MEMBERS_PER_CHANNEL] = 1;
	make_member(town, town->bob);
	assert_limit(town, "memberships of the channel, at most 1");
	town->quotas[QUOTA_MEMBERS_PER_CHANNEL] = 2;
	assert_int_equal(make_member(town, town->bob), 201);
}

static void test_memberships_of_a_user(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_MEMBERSHIPS_PER_USER] = 1;
	make_channel(town, town->ann);
	assert_limit(town, "memberships of the user, at most 1");
	assert_int_equal(make_channel(town, town->bob), 201);
	make_member(town, town->bob);
	assert_limit(town, "memberships of the user, at most 1");
}

static void test_moderators(void **state)
{
	struct town *town = *state;

	town->quotas[QUOTA_MODERATORS] = 1;
	make_moderator(town, town->bob);
	assert_limit(town, "moderators of the channel, at most 1");
	town->quotas[QUOTA_MODERATORS] = 2;
	assert_int_equal(make_moderator(town, town->bob), 201);
}

/* Those that fit become members, the others are told. */
static void test_batches(void **state)
{
	struct town *town = *state;
	struct rig *rig = &town->rig;
	char carol[RIG_ARN_BYTES];

	rig_user(rig, "carol", carol);
	town->quotas[QUOTA_MEMBERS_PER_CHANNEL] = 2;
	assert_int_equal(rig_call(rig, CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP,
				 town->ann, "{s:s, s:[s, s]}", "ChannelArn",
				 town->square, "MemberArns", town->bob, carol),
		200);
	assert_string_equal(
		rig_text(rig, "BatchChannelMemberships.Members.0.Arn"),
		town->bob);
	assert_string_equal(rig_text(rig, "Errors.0.MemberArn"), carol);
	assert_string_equal(
		rig_text(rig, "Errors.0.ErrorCode"), "ResourceLimitExceeded");
	assert_null(rig_get(rig, "BatchChannelMemberships.Members.1"));
}

static void test_none_without_limits(void **state)
{
	struct town *town = *state;

	memset(town->quotas, 0, sizeof(town->quotas));
	assert_int_equal(make_instance(town), 400);
	rig_serve(&town->rig, (struct service_params){.quotas = NULL});
	assert_int_equal(make_instance(town), 201);
	assert_int_equal(make_member(town, town->bob), 201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_app_instances, build, wreck),
		cmocka_unit_test_setup_teardown(test_users, build, wreck),
		cmocka_unit_test_setup_teardown(test_admins, build, wreck),
		cmocka_unit_test_setup_teardown(test_channels, build, wreck),
		cmocka_unit_test_setup_teardown(test_members, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_memberships_of_a_user, build, wreck),
		cmocka_unit_test_setup_teardown(test_moderators, build, wreck),
		cmocka_unit_test_setup_teardown(test_batches, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_none_without_limits, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
