#include "../support/chimed_rig.h"

#include "aws/arn.h"
#include "chimed/janitor.h"
#include "util/clock.h"
#include "util/str.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static void test_every_instance_is_new(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig);
	assert_int_equal(arn_kind(rig.instance), ARN_APP_INSTANCE);
	assert_true(str_starts(rig.instance,
		"arn:aws:chime:us-east-1:123456789012:app-instance/"));
	assert_int_equal(rig_call(&rig, CHIME_CREATE_APP_INSTANCE, NULL,
				 "{s:s, s:s, s:s, s:[{s:s, s:s}]}", "Name",
				 "rig", "Metadata", "{}", "ClientRequestToken",
				 "other", "Tags", "Key", "k", "Value", "v"),
		201);
	assert_string_not_equal(rig_text(&rig, "AppInstanceArn"), rig.instance);
	assert_int_equal(
		rig_call(&rig, CHIME_CREATE_APP_INSTANCE, NULL, "{s:s, s:s}",
			"Name", "rig", "ClientRequestToken", "rig"),
		201);
	assert_string_equal(rig_text(&rig, "AppInstanceArn"), rig.instance);
	assert_int_equal(
		rig_call(&rig, CHIME_CREATE_APP_INSTANCE, NULL, "{s:s, s:s}",
			"Name", "a\x02", "ClientRequestToken", "third"),
		400);
	rig_release(&rig);
}

static int of(struct rig *rig, enum chime_op op, const char *arn)
{
	return rig_call(rig, op, NULL, "{s:s}", "AppInstanceArn", arn);
}

static int rename_it(struct rig *rig)
{
	return rig_call(rig, CHIME_UPDATE_APP_INSTANCE, NULL, "{s:s, s:s, s:s}",
		"AppInstanceArn", rig->instance, "Name", "town", "Metadata",
		"m");
}

static void test_description_and_change(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig);
	clock_freeze(2000, RIG_NOW_MS + 5000);
	assert_int_equal(rename_it(&rig), 200);
	assert_string_equal(rig_text(&rig, "AppInstanceArn"), rig.instance);
	assert_int_equal(
		of(&rig, CHIME_DESCRIBE_APP_INSTANCE, rig.instance), 200);
	assert_string_equal(rig_text(&rig, "AppInstance.Name"), "town");
	assert_string_equal(rig_text(&rig, "AppInstance.Metadata"), "m");
	assert_string_equal(
		rig_text(&rig, "AppInstance.AppInstanceArn"), rig.instance);
	assert_int_equal(
		rig_time_ms(&rig, "AppInstance.CreatedTimestamp"), RIG_NOW_MS);
	assert_int_equal(rig_time_ms(&rig, "AppInstance.LastUpdatedTimestamp"),
		RIG_NOW_MS + 5000);
	assert_int_equal(
		rig_call(&rig, CHIME_LIST_APP_INSTANCES, NULL, "{}"), 200);
	assert_string_equal(
		rig_text(&rig, "AppInstances.0.AppInstanceArn"), rig.instance);
	assert_null(rig_get(&rig, "AppInstances.0.CreatedTimestamp"));
	rig_release(&rig);
}

static void test_deletion_takes_all_with_it(void **state)
{
	char alice[RIG_ARN_BYTES], channel[RIG_ARN_BYTES], id[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	rig_channel(&rig, alice, "UNRESTRICTED", "PUBLIC", channel);
	rig_send(&rig, channel, alice, "hello", id);
	assert_int_equal(
		of(&rig, CHIME_DELETE_APP_INSTANCE, rig.instance), 204);
	assert_int_equal(
		of(&rig, CHIME_DELETE_APP_INSTANCE, rig.instance), 204);
	assert_int_equal(
		of(&rig, CHIME_DESCRIBE_APP_INSTANCE, rig.instance), 404);
	assert_int_equal(rename_it(&rig), 404);
	assert_int_equal(rig_call(&rig, CHIME_DESCRIBE_CHANNEL, alice, "{s:s}",
				 "ChannelArn", channel),
		401);
	assert_int_equal(
		rig_call(&rig, CHIME_LIST_APP_INSTANCES, NULL, "{}"), 200);
	assert_null(rig_get(&rig, "AppInstances.0"));
	db_begin(rig.db);
	for (int i = 0; i < 10 && janitor_is_due(rig.db); i++)
		janitor_step(rig.db);
	assert_int_equal(db_value(rig.db, -1,
				 "SELECT (SELECT count(*) FROM app_instances) +"
				 " (SELECT count(*) FROM users) +"
				 " (SELECT count(*) FROM channels) +"
				 " (SELECT count(*) FROM messages)",
				 ""),
		0);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_instance_is_new),
		cmocka_unit_test(test_description_and_change),
		cmocka_unit_test(test_deletion_takes_all_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
