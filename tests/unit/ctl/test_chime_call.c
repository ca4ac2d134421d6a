#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/chime_call.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

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

static int run(const char *endpoint, char **ret_complaint)
{
	struct chime_target target = {
		.region = "us-east-1",
		.messaging_endpoint = endpoint,
		.identity_endpoint = endpoint,
	};
	struct chime_command command = {
		.operation = chime_operation(CHIME_CREATE_APP_INSTANCE),
		.members = json_object(),
	};
	size_t len;
	FILE *complain = open_memstream(ret_complaint, &len);
	int status = chime_call_run(&target, &command, stdout, complain);

	fclose(complain);
	chime_command_release(&command);
	return status;
}

/* Refused before anything is sent: a required member is missing. */
static void test_failure(void **state UNUSED)
{
	char *complaint = NULL;

	assert_int_equal(run("http://127.0.0.1:9", &complaint), EXIT_FAILURE);
	assert_int_equal(
		strncmp(complaint, "belfryctl: CreateAppInstance: ", 30), 0);
	free(complaint);
}

static void test_bad_endpoint(void **state UNUSED)
{
	char *complaint = NULL;

	assert_int_equal(run("ftp://127.0.0.1", &complaint), EX_USAGE);
	assert_int_equal(strncmp(complaint, "belfryctl: ", 11), 0);
	free(complaint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_target_without_config),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_bad_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
