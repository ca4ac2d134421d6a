#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/arn.h"

#include <stdlib.h>
#include <string.h>

#define APP "arn:aws:chime:us-east-1:123456789012:app-instance/694d"

static void test_parse(void **state)
{
	(void)state;
	struct arn arn;
	assert_int_equal(arn_parse(APP "/channel/a:b", &arn), 0);
	assert_true(span_is(arn.partition, "aws"));
	assert_true(span_is(arn.service, "chime"));
	assert_true(span_is(arn.region, "us-east-1"));
	assert_true(span_is(arn.account, "123456789012"));
	assert_true(span_is(arn.resource, "app-instance/694d/channel/a:b"));
	assert_int_equal(arn_parse("arn:aws:iam::1:user/x", &arn), 0);
	assert_int_equal(arn.region.len, 0);
}

static void test_invalid(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"arn:",
		"arn:aws",
		"arn:aws:chime:r:a",
		"arn:aws:chime:r:a:",
		"arn:aws:chime:r:a:/x",
		"arn::chime:r:a:x",
		"ARN:aws:chime:r:a:x",
		"arn:AWS:chime:r:a:x",
		"arn:aws:chime:r_:a:x",
		"arn:aws:chime:r:a:x\ny",
		"arn:aws:chime:r:a:x\r",
		"arn:"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aa"
		":chime:r:a:x",
	};
	struct arn arn = {.region = {"kept", 4}};
	assert_int_not_equal(arn_parse(NULL, &arn), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_not_equal(arn_parse(bad[i], &arn), 0);
		assert_false(arn_is_valid(bad[i]));
	}
	assert_true(span_is(arn.region, "kept"));
}

static void test_length(void **state)
{
	(void)state;
	char text[2048] = "arn:aws:chime:r:a:";
	size_t start = strlen(text);
	memset(text + start, 'x', ARN_RESOURCE_MAX_BYTES);
	assert_true(arn_is_valid(text));
	text[start + ARN_RESOURCE_MAX_BYTES] = 'x';
	assert_false(arn_is_valid(text));
}

static void test_kind(void **state)
{
	(void)state;
	static const struct {
		const char *arn;
		enum arn_kind kind;
	} cases[] = {
		{APP, ARN_APP_INSTANCE},
		{APP "/user/u@x", ARN_USER},
		{APP "/bot/b", ARN_BOT},
		{APP "/channel/c", ARN_CHANNEL},
		{APP "/channel/", ARN_OTHER},
		{APP "/channel", ARN_OTHER},
		{APP "/", ARN_OTHER},
		{APP "/other/c", ARN_OTHER},
		{APP "/channel/c/d", ARN_OTHER},
		{"arn:aws:chime:r:a:app-instance/", ARN_OTHER},
		{"arn:aws:s3:r:a:app-instance/x/channel/c", ARN_OTHER},
		{"nonsense", ARN_OTHER},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(arn_kind(cases[i].arn), cases[i].kind);
}

static void test_app_instance(void **state)
{
	(void)state;
	assert_true(span_is(arn_app_instance(APP "/user/u"), APP));
	assert_true(span_is(arn_app_instance(APP), APP));
	assert_null(arn_app_instance("arn:aws:s3:r:a:x").p);
	assert_true(arn_same_app_instance(APP "/user/u", APP "/channel/c"));
	assert_false(arn_same_app_instance(APP "/user/u", APP "e/channel/c"));
	assert_false(arn_same_app_instance("x", "x"));
}

static void test_ids(void **state)
{
	(void)state;
	assert_string_equal(arn_last_id(APP "/user/u@x"), "u@x");
	assert_string_equal(arn_last_id(APP), "694d");
	assert_string_equal(arn_last_id("arn"), "");
	assert_string_equal(arn_last_id(NULL), "");
}

static void test_make(void **state)
{
	(void)state;
	char *app = arn_new_app_instance(
		"aws", "us-east-1", "123456789012", "694d");
	assert_string_equal(app, APP);
	char *user = arn_new_child(app, ARN_USER, "u");
	char *channel = arn_new_child(app, ARN_CHANNEL, "c");
	assert_string_equal(user, APP "/user/u");
	assert_string_equal(channel, APP "/channel/c");
	assert_int_equal(arn_kind(user), ARN_USER);
	assert_int_equal(arn_kind(channel), ARN_CHANNEL);
	free(app);
	free(user);
	free(channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_kind),
		cmocka_unit_test(test_app_instance),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_make),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
