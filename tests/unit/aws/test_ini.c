#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/ini.h"

static const char sample[] = "stray = 1\r\n"
			     "# comment\n"
			     "[default]\n"
			     "region = us-east-1 # where\n"
			     "aws_secret_access_key=a#b;c=d\n"
			     "s3 =\n"
			     "  max_concurrent_requests = 20\n"
			     "empty =\n"
			     "[profile  work ] ; mine\r\n"
			     "region=eu-central-1\r\n"
			     "nonsense\n"
			     "[other]\n"
			     "region = here\n"
			     "[profile work]\n"
			     "REGION = again\n"
			     "[broken\n"
			     "= nothing\n"
			     "last = end";

static struct span text(void)
{
	return span_of(sample);
}

static void assert_setting(enum ini_kind kind, const char *profile,
	const char *key, const char *want)
{
	const struct ini_query query = {
		.kind = kind, .profile = profile, .key = key};
	struct span value = {"kept", 4};
	bool found = ini_get(text(), &query, &value);
	assert_int_equal(found, want != NULL);
	assert_true(span_is(value, want ? want : "kept"));
}

static void test_get(void **state)
{
	(void)state;
	assert_setting(INI_CONFIG, "default", "region", "us-east-1");
	assert_setting(
		INI_CONFIG, "default", "aws_secret_access_key", "a#b;c=d");
	assert_setting(INI_CONFIG, "work", "region", "again");
	assert_setting(INI_CONFIG, "work", "last", "end");
	assert_setting(INI_CREDENTIALS, "other", "region", "here");
	assert_setting(INI_CREDENTIALS, "default", "region", "us-east-1");
}

static void test_get_nothing(void **state)
{
	(void)state;
	assert_setting(INI_CONFIG, "other", "region", NULL);
	assert_setting(INI_CREDENTIALS, "work", "region", NULL);
	assert_setting(INI_CONFIG, "default", "max_concurrent_requests", NULL);
	assert_setting(INI_CONFIG, "default", "empty", NULL);
	assert_setting(INI_CONFIG, "default", "s3", NULL);
	assert_setting(INI_CONFIG, "", "stray", NULL);
}

static void test_has_profile(void **state)
{
	(void)state;
	assert_true(ini_has_profile(text(), INI_CONFIG, "work"));
	assert_true(ini_has_profile(text(), INI_CONFIG, "default"));
	assert_false(ini_has_profile(text(), INI_CONFIG, "other"));
	assert_true(ini_has_profile(text(), INI_CREDENTIALS, "other"));
	assert_false(ini_has_profile(text(), INI_CREDENTIALS, "work"));
}

static void test_next(void **state)
{
	(void)state;
	struct ini ini;
	struct ini_setting setting;
	int count = 0;
	ini_init(&ini, text());
	while (ini_next(&ini, &setting)) {
		if (count++ == 0) {
			assert_int_equal(setting.section.len, 0);
			assert_true(span_is(setting.key, "stray"));
			assert_true(span_is(setting.value, "1"));
		}
	}
	assert_int_equal(count, 9);
	ini_init(&ini, (struct span){NULL, 0});
	assert_false(ini_next(&ini, &setting));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_get_nothing),
		cmocka_unit_test(test_has_profile),
		cmocka_unit_test(test_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
