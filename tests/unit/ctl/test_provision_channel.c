#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/provision_channel.h"

#include "util/json.h"

#include <errno.h>
#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"

static json_t *parse(const char *text)
{
	struct err err = {0};
	json_t *value = json_parse_repaired(text, strlen(text), &err);

	assert_non_null(value);
	return value;
}

enum { ARN_BYTES = 256 };

static int find(const char *text, const struct plan *plan, char *ret_arn,
	struct err *err)
{
	json_t AUTOJSON *list = parse(text);
	const char *arn = NULL;
	int error = provision_find_channel(list, plan, AI, &arn, err);

	if (!error)
		snprintf(ret_arn, ARN_BYTES, "%s", arn ? arn : "");
	return error;
}

static const char one[] =
	"[{\"ChannelArn\":\"" AI "/channel/1\",\"Name\":\"C\",\"Privacy\":"
	"\"PUBLIC\",\"Mode\":\"UNRESTRICTED\"}]";

static void test_find(void **state UNUSED)
{
	const struct plan plan = {
		.channel = "C", .privacy = "PUBLIC", .mode = "UNRESTRICTED"};
	char arn[ARN_BYTES];
	struct err err = {0};

	assert_int_equal(find(one, &plan, arn, &err), 0);
	assert_string_equal(arn, AI "/channel/1");
	/* A summary within a membership; another app instance's. */
	assert_int_equal(
		find("[{\"ChannelSummary\":{\"ChannelArn\":\"" AI
		     "/channel/2\",\"Name\":\"C\",\"Privacy\":\"PUBLIC\","
		     "\"Mode\":\"UNRESTRICTED\"}},{\"ChannelArn\":"
		     "\"arn:aws:chime:us-east-1:1:app-instance/b/channel/c\","
		     "\"Name\":\"C\"}]",
			&plan, arn, &err),
		0);
	assert_string_equal(arn, AI "/channel/2");
	assert_int_equal(find("[]", &plan, arn, &err), 0);
	assert_string_equal(arn, "");
}

static void test_not_as_wanted(void **state UNUSED)
{
	const struct plan private = {.channel = "C", .privacy = "PRIVATE"};
	const struct plan restricted = {.channel = "C", .mode = "RESTRICTED"};
	char arn[ARN_BYTES];
	struct err err = {0};

	assert_int_equal(find(one, &private, arn, &err), -EINVAL);
	assert_non_null(strstr(err.text, "but PUBLIC"));
	assert_int_equal(find(one, &restricted, arn, &err), -EINVAL);
	assert_non_null(strstr(err.text, "but UNRESTRICTED"));
}

static void test_several(void **state UNUSED)
{
	const struct plan plan = {.channel = "C"};
	char arn[ARN_BYTES];
	struct err err = {0};

	assert_int_equal(
		find("[{\"ChannelArn\":\"" AI "/channel/1\",\"Name\":\"C\"},"
		     "{\"ChannelArn\":\"" AI "/channel/2\",\"Name\":\"C\"}]",
			&plan, arn, &err),
		-EEXIST);
}

static void test_none_wanted(void **state UNUSED)
{
	const struct plan plan = {.channel = NULL};
	struct provision p = {.plan = &plan};
	struct err err = {0};

	assert_int_equal(provision_channel(&p, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_not_as_wanted),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_none_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
