#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/chime_command.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"
#define USER AI "/user/u"
#define CHANNEL AI "/channel/c"

enum { WORDS = 12 };

static const struct good {
	const char *words[WORDS];
	const char *members; /* JSON, keys sorted */
} good[] = {
	{{"send-channel-message", "--channel-arn", CHANNEL, "--content",
		 "hello"},
		"{\"ChannelArn\":\"" CHANNEL "\",\"ChimeBearer\":\"" USER
		"\",\"Content\":\"hello\",\"Persistence\":\"PERSISTENT\","
		"\"Type\":\"STANDARD\"}"},
	{{"SendChannelMessage", "--channel-arn=" CHANNEL, "--content=--x=y",
		 "--type", "CONTROL", "--persistence", "NON_PERSISTENT"},
		"{\"ChannelArn\":\"" CHANNEL "\",\"ChimeBearer\":\"" USER
		"\",\"Content\":\"--x=y\",\"Persistence\":\"NON_PERSISTENT\","
		"\"Type\":\"CONTROL\"}"},
	{{"list-channel-messages", "--channel-arn", CHANNEL, "--max-results",
		 "7", "--not-before", "2021-01-19T18:00:00Z", "--not-after",
		 "1611000000.5"},
		"{\"ChannelArn\":\"" CHANNEL "\",\"ChimeBearer\":\"" USER
		"\",\"MaxResults\":7,\"NotAfter\":1611000000.5,"
		"\"NotBefore\":\"2021-01-19T18:00:00Z\"}"},
	{{"create-app-instance", "--json",
		 "{\"Name\": \"body\", \"Metadata\": \"m\"}", "--name", "word",
		 "--tags", "[{\"Key\":\"k\",\"Value\":\"v\"}]"},
		"{\"Metadata\":\"m\",\"Name\":\"word\",\"Tags\":[{\"Key\":"
		"\"k\",\"Value\":\"v\"}]}"},
	{{"describe-channel", "--channel-arn", CHANNEL, "--chime-bearer",
		 AI "/user/other"},
		"{\"ChannelArn\":\"" CHANNEL "\",\"ChimeBearer\":\"" AI
		"/user/other\"}"},
};

static const struct good lists[] = {
	{{"batch-create-channel-membership", "--channel-arn", CHANNEL,
		 "--member-arns", USER, AI "/user/v", "--type", "HIDDEN"},
		"[\"" USER "\",\"" AI "/user/v\"]"},
	{{"batch-create-channel-membership", "--member-arns=" USER,
		 "--member-arns", AI "/user/v", "--channel-arn", CHANNEL},
		"[\"" USER "\",\"" AI "/user/v\"]"},
	{{"batch-create-channel-membership", "--channel-arn", CHANNEL,
		 "--member-arns", "[\"" USER "\"]"},
		"[\"" USER "\"]"},
};

static const struct bad {
	const char *words[WORDS];
	const char *text;
} bad[] = {
	{{NULL}, "which operation? See belfryctl chime help"},
	{{"send-channel-massage"},
		"no such operation: send-channel-massage; did you mean "
		"send-channel-message?"},
	{{"xyz"}, "no such operation: xyz; see belfryctl chime help"},
	{{"describe-channel", "word"}, "not expected: word"},
	{{"describe-channel", "--channel-arn"}, "--channel-arn needs a value"},
	{{"describe-channel", "--channel-am", "x"},
		"DescribeChannel has no member --channel-am; did you mean "
		"--channel-arn?"},
	{{"batch-create-channel-membership", "--member-arns", "[1"},
		"--member-arns: line 1 column 2: ']' expected"},
	{{"describe-channel", "--all"}, "--all: DescribeChannel lists nothing"},
	{{"list-channels", "--max-results", "many"},
		"--max-results: must be a whole number, not many"},
	{{"list-channels", "--json", "[]"}, "--json: must be an object"},
	{{"list-channels", "--next-token", "\xff"},
		"--next-token: is not valid UTF-8"},
};

static int parse(const char *const words[WORDS], struct args *args,
	struct chime_command *command, struct err *err)
{
	char *argv[WORDS + 1] = {NULL};

	for (size_t i = 0; i < WORDS && words[i]; i++)
		argv[i] = (char *)(uintptr_t)words[i];
	return chime_command_parse(args, argv, command, err);
}

static void test_good(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct args args = {.config = NULL};
		struct chime_command command;
		struct err err = {0};
		char *text;

		if (parse(good[i].words, &args, &command, &err) < 0 ||
			chime_command_complete(&command, USER, &err) < 0)
			fail_msg("%s", err.text);
		text = json_dumps(
			command.members, JSON_COMPACT | JSON_SORT_KEYS);
		assert_string_equal(text, good[i].members);
		free(text);
		chime_command_release(&command);
	}
}

static void test_lists(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct args args = {.config = NULL};
		struct chime_command command;
		struct err err = {0};
		char *text;

		if (parse(lists[i].words, &args, &command, &err) < 0 ||
			chime_command_complete(&command, USER, &err) < 0)
			fail_msg("%s", err.text);
		text = json_dumps(
			json_object_get(command.members, "MemberArns"),
			JSON_COMPACT);
		assert_string_equal(text, lists[i].members);
		free(text);
		chime_command_release(&command);
	}
}

static void test_bad(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct args args = {.config = NULL};
		struct chime_command command;
		struct err err = {0};

		assert_int_equal(
			parse(bad[i].words, &args, &command, &err), -EINVAL);
		assert_string_equal(err.text, bad[i].text);
	}
}

static void assert_incomplete(
	const char *const words[WORDS], const char *bearer, const char *text)
{
	struct args args = {.config = NULL};
	struct chime_command command;
	struct err err = {0};

	assert_int_equal(parse(words, &args, &command, &err), 0);
	assert_int_equal(
		chime_command_complete(&command, bearer, &err), -EINVAL);
	assert_non_null(strstr(err.text, text));
	chime_command_release(&command);
}

static void test_incomplete(void **state UNUSED)
{
	const char *const bare[WORDS] = {"describe-channel"};
	const char *const unknown[WORDS] = {
		"describe-channel", "--json", "{\"ChannelAm\": 1}"};
	const char *const wrong[WORDS] = {"send-channel-message",
		"--channel-arn", CHANNEL, "--content", "x", "--type", "LOUD"};

	const char *const never[WORDS] = {"list-channel-messages",
		"--channel-arn", CHANNEL, "--not-before", "nan"};

	assert_incomplete(bare, NULL, "needs --bearer ARN");
	assert_incomplete(bare, USER, "ChannelArn");
	assert_incomplete(unknown, USER,
		"--json: DescribeChannel has no member ChannelAm; did you mean "
		"ChannelArn?");
	assert_incomplete(wrong, USER, "Type");
	assert_incomplete(never, USER, "NotBefore must be a time");
}

/* Options of the program are taken behind the operation too. */
static void test_options_behind(void **state UNUSED)
{
	const char *const words[WORDS] = {"list-channels", "--bearer", USER,
		"--all", "--app-instance-arn", AI};
	struct args args = {.config = NULL};
	struct chime_command command;
	struct err err = {0};

	assert_int_equal(parse(words, &args, &command, &err), 0);
	assert_string_equal(args.bearer, USER);
	assert_true(command.all);
	chime_command_release(&command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_options_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
