#include "../support/chimed_rig.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
