#include "chimed/settings.h"

#include "util/log.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int load(const char *text, struct settings *settings)
{
	struct problems problems;

	problems_init(&problems);
	int rc = schema_load_text(
		&settings_schema, "test", text, settings, &problems);

	problems_release(&problems);
	return rc;
}

static void test_defaults(void **state)
{
	struct settings settings;

	(void)state;
	schema_defaults(&settings_schema, &settings);
	assert_string_equal(settings.listen, "127.0.0.1:8787");
	assert_null(settings.state);
	assert_string_equal(settings.region, "us-east-1");
	assert_false(settings.no_auth);
	assert_int_equal(settings.max_skew_s, 900);
	assert_int_equal(settings.admin_count, 0);
	assert_int_equal(settings.log, LOG_LEVEL_INFO);
	schema_free(&settings_schema, &settings);
}

static void test_all_can_be_set(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(
		load("listen = \"[::1]:0\"; state = \"s\"; region = \"eu\";"
		     "account = \"1\"; access_key_id = \"k\";"
		     "secret_access_key = \"x\"; no_auth = true;"
		     "max_skew_s = 0; admins = [ \"ann\", \"bob\" ];"
		     "log = \"debug\";",
			&settings),
		0);
	assert_string_equal(settings.listen, "[::1]:0");
	assert_string_equal(settings.secret_access_key, "x");
	assert_true(settings.no_auth);
	assert_int_equal(settings.admin_count, 2);
	assert_string_equal(settings.admins[1], "bob");
	assert_int_equal(settings.log, LOG_LEVEL_DEBUG);
	schema_free(&settings_schema, &settings);
	assert_int_equal(load("max_skew_s = -1;", &settings), -EINVAL);
	assert_int_equal(load("lisen = \"x\";", &settings), -EINVAL);
}

static void test_the_example_loads(void **state)
{
	struct settings settings;
	struct problems problems;
	const char *source = getenv("BELFRY_SOURCE");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/conf/chimed.conf.example",
		source == NULL ? TEST_DATA_DIR "/../.." : source);
	problems_init(&problems);
	assert_int_equal(
		schema_load(&settings_schema, path, &settings, &problems), 0);
	assert_string_equal(settings.state, "/var/lib/belfry/chimed.db");
	schema_free(&settings_schema, &settings);
	problems_release(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_can_be_set),
		cmocka_unit_test(test_the_example_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
