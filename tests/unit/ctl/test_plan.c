#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/plan.h"

#include <errno.h>
#include <string.h>

enum { WORDS = 8 };

static int plan_of(const char *const words[WORDS],
	const struct chime_config *chime, struct plan *plan, struct err *err)
{
	char *argv[WORDS + 1] = {NULL};
	struct args args = {.config = NULL};

	for (size_t i = 0; i < WORDS && words[i]; i++)
		argv[i] = (char *)(uintptr_t)words[i];
	*plan = (struct plan){.tls = true};
	if (plan_parse(plan, &args, argv, err) < 0)
		return err->code;
	return plan_complete(plan, chime, err);
}

static void test_bare(void **state UNUSED)
{
	const char *const words[WORDS] = {NULL};
	struct plan plan;
	struct err err = {0};

	assert_int_equal(plan_of(words, NULL, &plan, &err), 0);
	assert_string_equal(plan.app_instance, "Belfry");
	assert_string_equal(plan.user_id, "belfry");
	assert_string_equal(plan.user_name, "Belfry");
	assert_string_equal(plan.nick, "belfry");
	assert_string_equal(plan.server, "irc.example.org:6697");
	assert_string_equal(plan.network_name, "irc");
	assert_null(plan.channel);
	assert_null(plan.irc_channel);
	assert_false(plan.admin);
	plan_release(&plan);
}

static void test_irc(void **state UNUSED)
{
	static const struct {
		const char *words[WORDS];
		const char *server, *network, *channel, *chime, *mapping;
	} cases[] = {
		{{"--irc", "irc.libera.chat/#Project"}, "irc.libera.chat:6697",
			"libera", "#Project", "Project", "project"},
		{{"--irc=h:7000/#a/b", "--no-tls"}, "h:7000", "h", "#a/b",
			"a/b", "a-b"},
		{{"--irc", "h/#a", "--no-tls"}, "h:6667", "h", "#a", "a", "a"},
		{{"--irc", "[::1]:6667/##c", "--channel-name", "C"},
			"[::1]:6667", "irc", "##c", "C", "c"},
		{{"--irc", "127.0.0.1:1/#a", "--network", "home"},
			"127.0.0.1:1", "home", "#a", "a", "a"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan plan;
		struct err err = {0};

		if (plan_of(cases[i].words, NULL, &plan, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(plan.server, cases[i].server);
		assert_string_equal(plan.network_name, cases[i].network);
		assert_string_equal(plan.irc_channel, cases[i].channel);
		assert_string_equal(plan.channel, cases[i].chime);
		assert_string_equal(plan.mapping_name, cases[i].mapping);
		plan_release(&plan);
	}
}

/* A channel without a network is mapped to one that is to be changed. */
static void test_channel_only(void **state UNUSED)
{
	const char *const words[WORDS] = {
		"--channel-name", "The Lounge", "--admin-id", "chief"};
	struct plan plan;
	struct err err = {0};

	assert_int_equal(plan_of(words, NULL, &plan, &err), 0);
	assert_string_equal(plan.irc_channel, "#the-lounge");
	assert_string_equal(plan.admin_name, "chief");
	plan_release(&plan);
}

static void test_control(void **state UNUSED)
{
	char deep[200];
	const struct {
		const char *state;
		const char *control;
	} cases[] = {
		{NULL, "/run/belfry/control.sock"},
		{"/var/lib/belfry/state.db", "/run/belfry/control.sock"},
		{"/x/y.db", "/x/control.sock"},
		{"./y.db", "./control.sock"},
		{"y.db", "control.sock"},
		{deep, NULL},
	};

	memset(deep, 'd', sizeof(deep));
	memcpy(deep + sizeof(deep) - 3, "/s", 3);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const words[WORDS] = {
			cases[i].state ? "--state" : NULL, cases[i].state};
		struct plan plan;
		struct err err = {0};

		assert_int_equal(plan_of(words, NULL, &plan, &err), 0);
		if (cases[i].control)
			assert_string_equal(plan.control, cases[i].control);
		else
			assert_null(plan.control);
		plan_release(&plan);
	}
}

static void test_configured(void **state UNUSED)
{
	static char instance[] = "arn:aws:chime:us-east-1:1:app-instance/a";
	static char user[] =
		"arn:aws:chime:us-east-1:1:app-instance/a/user/bridge";
	const struct chime_config chime = {
		.app_instance = instance, .user = user};
	const char *const words[WORDS] = {NULL};
	struct plan plan;
	struct err err = {0};

	assert_int_equal(plan_of(words, &chime, &plan, &err), 0);
	assert_string_equal(plan.app_instance, instance);
	assert_string_equal(plan.user_id, "bridge");
	plan_release(&plan);
}

static void test_bad(void **state UNUSED)
{
	static const struct {
		const char *words[WORDS];
		const char *text;
	} bad[] = {
		{{"word"}, "not expected: word"},
		{{"--user-id", "a b c d e"}, "--user-id: AppInstanceUserId "},
		{{"--admin-id", "x"}, "--admin-id: AppInstanceUserId "},
		{{"--mode", "x"}, "--mode: Mode must be one of:"},
		{{"--channel-name", ""}, "--channel-name: Name "},
		{{"--channel-name", "\xff"},
			"--channel-name: is not valid UTF-8"},
		{{"--irc", "h:1"}, "--irc must be "},
		{{"--irc", "h:1/a"}, "--irc must be "},
		{{"--irc", "h:1/#"}, "--irc must be "},
		{{"--irc", "a b/#c"}, "--irc: not a server"},
		{{"--app-instance", "arn:x"}, "--app-instance: not the ARN "},
		{{"--app-instance", ""}, "--app-instance: Name "},
		{{"--app-instance", "\xff"},
			"--app-instance: is not valid UTF-8"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct plan plan;
		struct err err = {0};

		assert_int_equal(
			plan_of(bad[i].words, NULL, &plan, &err), -EINVAL);
		if (strncmp(err.text, bad[i].text, strlen(bad[i].text)) != 0)
			fail_msg("%s instead of %s", err.text, bad[i].text);
		plan_release(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_irc),
		cmocka_unit_test(test_channel_only),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
