#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/chime_target.h"

#include <stdlib.h>

static void test_target(void **state UNUSED)
{
	static char region[] = "eu-central-1", messaging[] = "http://m";
	static char identity[] = "http://i", user[] = "arn:user";
	static char profile[] = "p";
	struct belfry_config config = {
		.chime.region = region,
		.chime.messaging_endpoint = messaging,
		.chime.identity_endpoint = identity,
		.chime.user = user,
		.chime.profile = profile,
	};
	struct args args = {.config = NULL};
	struct chime_target target;

	setenv("AWS_REGION", "us-west-2", 1);
	chime_target_init(&target, &args, &config);
	assert_string_equal(target.region, "eu-central-1");
	assert_string_equal(target.messaging_endpoint, "http://m");
	assert_string_equal(target.identity_endpoint, "http://i");
	assert_string_equal(target.bearer, "arn:user");
	assert_string_equal(target.profile, "p");

	args.endpoint = "http://e";
	args.region = "r-1";
	args.bearer = "arn:bearer";
	chime_target_init(&target, &args, &config);
	assert_string_equal(target.region, "r-1");
	assert_string_equal(target.messaging_endpoint, "http://e");
	assert_string_equal(target.identity_endpoint, "http://e");
	assert_string_equal(target.bearer, "arn:bearer");
}

static void test_target_without_config(void **state UNUSED)
{
	struct args args = {.config = NULL};
	struct chime_target target;

	setenv("AWS_REGION", "us-west-2", 1);
	chime_target_init(&target, &args, NULL);
	assert_string_equal(target.region, "us-west-2");
	assert_null(target.messaging_endpoint);
	assert_null(target.bearer);
	unsetenv("AWS_REGION");
	unsetenv("AWS_DEFAULT_REGION");
	chime_target_init(&target, &args, NULL);
	assert_string_equal(target.region, "us-east-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_target_without_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
