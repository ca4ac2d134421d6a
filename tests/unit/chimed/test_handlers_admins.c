#include "../support/chimed_rig.h"

#include <stdio.h>

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static int one(struct rig *rig, enum chime_op op, const char *admin)
{
	return rig_call(rig, op, NULL, "{s:s, s:s}", "AppInstanceArn",
		rig->instance, "AppInstanceAdminArn", admin);
}

static int list(struct rig *rig)
{
	return rig_call(rig, CHIME_LIST_APP_INSTANCE_ADMINS, NULL, "{s:s}",
		"AppInstanceArn", rig->instance);
}

/* Does the right to see private channels come and go with the post? */
static int private_channels(struct rig *rig, const char *bearer)
{
	return rig_call(rig, CHIME_LIST_CHANNELS, bearer, "{s:s, s:s}",
		"AppInstanceArn", rig->instance, "Privacy", "PRIVATE");
}

static void test_a_post_and_its_rights(void **state)
{
	char alice[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	assert_int_equal(private_channels(&rig, alice), 403);
	assert_int_equal(
		one(&rig, CHIME_DESCRIBE_APP_INSTANCE_ADMIN, alice), 404);
	assert_int_equal(
		one(&rig, CHIME_CREATE_APP_INSTANCE_ADMIN, alice), 201);
	assert_string_equal(rig_text(&rig, "AppInstanceAdmin.Arn"), alice);
	assert_string_equal(rig_text(&rig, "AppInstanceAdmin.Name"), "alice");
	assert_string_equal(rig_text(&rig, "AppInstanceArn"), rig.instance);
	assert_int_equal(
		one(&rig, CHIME_CREATE_APP_INSTANCE_ADMIN, alice), 409);
	assert_int_equal(private_channels(&rig, alice), 200);
	assert_int_equal(
		one(&rig, CHIME_DESCRIBE_APP_INSTANCE_ADMIN, alice), 200);
	assert_string_equal(
		rig_text(&rig, "AppInstanceAdmin.Admin.Arn"), alice);
	assert_string_equal(rig_text(&rig, "AppInstanceAdmin.AppInstanceArn"),
		rig.instance);
	assert_int_equal(rig_time_ms(&rig, "AppInstanceAdmin.CreatedTimestamp"),
		RIG_NOW_MS);
	assert_int_equal(list(&rig), 200);
	assert_string_equal(
		rig_text(&rig, "AppInstanceAdmins.0.Admin.Arn"), alice);
	assert_string_equal(rig_text(&rig, "AppInstanceArn"), rig.instance);
	assert_int_equal(
		one(&rig, CHIME_DELETE_APP_INSTANCE_ADMIN, alice), 204);
	assert_int_equal(
		one(&rig, CHIME_DELETE_APP_INSTANCE_ADMIN, alice), 204);
	assert_int_equal(private_channels(&rig, alice), 403);
	assert_int_equal(list(&rig), 200);
	assert_null(rig_get(&rig, "AppInstanceAdmins.0"));
	rig_release(&rig);
}

static void test_only_users_of_the_instance(void **state)
{
	char alice[RIG_ARN_BYTES], instance[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	assert_int_equal(one(&rig, CHIME_CREATE_APP_INSTANCE_ADMIN,
				 "arn:aws:chime:us-east-1:1:app-instance/a/"
				 "user/nobody"),
		403);
	assert_int_equal(
		rig_call(&rig, CHIME_CREATE_APP_INSTANCE, NULL, "{s:s, s:s}",
			"Name", "other", "ClientRequestToken", "other"),
		201);
	snprintf(instance, sizeof(instance), "%s",
		rig_text(&rig, "AppInstanceArn"));
	assert_int_equal(rig_call(&rig, CHIME_CREATE_APP_INSTANCE_ADMIN, NULL,
				 "{s:s, s:s}", "AppInstanceArn", instance,
				 "AppInstanceAdminArn", alice),
		403);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_post_and_its_rights),
		cmocka_unit_test(test_only_users_of_the_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
