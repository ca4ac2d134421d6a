#include "../support/chimed_rig.h"

#include "aws/arn.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_instance_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
