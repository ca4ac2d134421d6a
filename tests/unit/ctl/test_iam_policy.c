#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/iam_policy.h"

#include "util/alloc.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"
#define BRIDGE "\"" AI "/user/belfry\""
#define MARK "\"Action\":[\"chime:UpdateChannelReadMarker\"],"
#define TAKE_BACK(channels)                                                    \
	"{\"Sid\":\"TakeBack\",\"Effect\":\"Allow\",\"Action\":["              \
	"\"chime:DeleteChannelMembership\","                                   \
	"\"chime:DescribeChannelMembership\"],"                                \
	"\"Resource\":[" BRIDGE "," channels "]},"
/* Bans are, if nothing else is said. */
#define MODERATE(channels)                                                     \
	"{\"Sid\":\"Moderate\",\"Effect\":\"Allow\",\"Action\":["              \
	"\"chime:ListChannelsModeratedByAppInstanceUser\","                    \
	"\"chime:DescribeChannel\",\"chime:ListChannelBans\","                 \
	"\"chime:DescribeChannelBan\",\"chime:ListChannelModerators\","        \
	"\"chime:DescribeChannelModerator\",\"chime:CreateChannelBan\","       \
	"\"chime:DeleteChannelBan\"],"                                         \
	"\"Resource\":[" BRIDGE "," channels "]},"
#define MIRROR(channels)                                                       \
	"{\"Sid\":\"MirrorPeople\",\"Effect\":\"Allow\",\"Action\":["          \
	"\"chime:ListChannelMemberships\","                                    \
	"\"chime:DescribeChannelMembership\","                                 \
	"\"chime:DeleteChannelMembership\","                                   \
	"\"chime:DescribeChannelMembershipForAppInstanceUser\"],"              \
	"\"Resource\":[" BRIDGE "," channels "]}," TAKE_BACK(channels)         \
		MODERATE(channels)
#define ANY "\"" AI "/channel/*\""

static const char frame[] =
	"chime = { region = \"us-east-1\"; app_instance = \"" AI "\";\n"
	"user = \"" AI "/user/belfry\"; puppets = %s; };\n"
	"networks = ( { name = \"n\"; servers = ( \"h:1\" ); "
	"nick = \"n\"; %s } );\nmappings = ( %s );\n";

static json_t *policy_with(
	const char *puppets, const char *network, const char *mappings)
{
	char AUTOFREE *text = xasprintf(frame, puppets, network, mappings);
	struct belfry_config config;
	struct problems problems;
	json_t *policy;

	problems_init(&problems);
	if (schema_load_text(&belfry_schema, "x", text, &config, &problems) < 0)
		fail_msg("%s", problems.list[0].text);
	policy = iam_policy_of(&config);
	belfry_config_free(&config);
	problems_release(&problems);
	return policy;
}

static json_t *policy_of(const char *puppets, const char *mappings)
{
	return policy_with(puppets, "", mappings);
}

static void assert_policy(
	const char *puppets, const char *mappings, const char *statements)
{
	json_t AUTOJSON *policy = policy_of(puppets, mappings);
	char AUTOFREE *text = json_text(policy);
	char AUTOFREE *wanted = xasprintf(
		"{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statements);

	assert_string_equal(text, wanted);
}

static void test_by_arn(void **state UNUSED)
{
	static const char mappings[] =
		"{ name = \"a\"; irc = \"n/#a\"; chime = \"" AI
		"/channel/1\"; messages = \"to_irc\"; },"
		"{ name = \"b\"; irc = \"n/#b\"; chime = \"" AI
		"/channel/2\"; }";

	assert_policy("true", mappings,
		"{\"Sid\":\"MakePuppets\",\"Effect\":\"Allow\",\"Action\":["
		"\"chime:CreateAppInstanceUser\","
		"\"chime:DescribeAppInstanceUser\","
		"\"chime:UpdateAppInstanceUser\","
		"\"chime:DeleteAppInstanceUser\"],\"Resource\":[\"" AI
		"\",\"" AI "/user/irc:*\"]},"
		"{\"Sid\":\"UseChannels\",\"Effect\":\"Allow\",\"Action\":["
		"\"chime:CreateChannelMembership\","
		"\"chime:DescribeChannelModeratedByAppInstanceUser\","
		"\"chime:ListChannelMessages\"],\"Resource\":[" BRIDGE ",\"" AI
		"/channel/1\",\"" AI "/channel/2\"]}," MIRROR(
			"\"" AI "/channel/1\",\"" AI
			"/channel/2\"") "{\"Sid\":\"Speak\",\"Effect\":"
					"\"Allow\",\"Action\":["
					"\"chime:SendChannelMessage\"],"
					"\"Resource\":[" BRIDGE ",\"" AI
					"/user/irc:*\",\"" AI "/channel/2\"]},"
					"{\"Sid\":\"Tell\",\"Effect\":"
					"\"Allow\",\"Action\":["
					"\"chime:SendChannelMessage\"],"
					"\"Resource\":[" BRIDGE ",\"" AI
					"/channel/1\"]},"
					"{\"Sid\":\"MarkRead\",\"Effect\":"
					"\"Allow\"," MARK
					"\"Resource\":[" BRIDGE ",\"" AI
					"/channel/1\",\"" AI "/channel/2\"]},"
					"{\"Sid\":\"MarkReadByPuppets\","
					"\"Effect\":\"Allow\"," MARK
					"\"Resource\":[\"" AI
					"/user/irc:*\",\"" AI "/channel/2\"]}");
}

/* Only the bridge says anything in Chime, so nobody has to be made. */
static void test_one_way(void **state UNUSED)
{
	assert_policy("true",
		"{ name = \"a\"; irc = \"n/#a\"; chime = \"" AI
		"/channel/1\"; messages = \"to_irc\"; }",
		"{\"Sid\":\"UseChannels\",\"Effect\":\"Allow\",\"Action\":["
		"\"chime:CreateChannelMembership\","
		"\"chime:DescribeChannelModeratedByAppInstanceUser\","
		"\"chime:ListChannelMessages\"],\"Resource\":[" BRIDGE ",\"" AI
		"/channel/1\"]}," MIRROR(
			"\"" AI "/channel/1\"") "{\"Sid\":\"Tell\","
						"\"Effect\":\"Allow\","
						"\"Action\":[\"chime:"
						"SendChannelMessage\"],"
						"\"Resource\":[" BRIDGE ",\"" AI
						"/channel/1\"]},"
						"{\"Sid\":\"MarkRead\","
						"\"Effect\":\"Allow\"," MARK
						"\"Resource\":[" BRIDGE ",\"" AI
						"/channel/1\"]}");
}

static bool has_action(const json_t *policy, const char *action)
{
	char AUTOFREE *text = json_text(policy);

	return strstr(text, action);
}

/* Nothing is relayed to IRC, or nothing is to be called. */
static void test_read_markers(void **state UNUSED)
{
	static const char to_chime[] = "{ name = \"a\"; irc = \"n/#a\"; "
				       "chime = \"" AI "/channel/1\"; "
				       "messages = \"to_chime\"; }";
	json_t AUTOJSON *none = policy_of("false", to_chime);
	json_t AUTOJSON *puppets = policy_of("true", to_chime);
	json_t AUTOJSON *off =
		policy_of("true; read_markers = false", to_chime);

	assert_false(has_action(none, "UpdateChannelReadMarker"));
	assert_true(has_action(puppets, "UpdateChannelReadMarker"));
	assert_true(has_action(puppets, "MarkReadByPuppets"));
	assert_false(has_action(puppets, "\"MarkRead\""));
	assert_false(has_action(off, "UpdateChannelReadMarker"));
}

/* Who is shown, or talks in private, has a user though nobody speaks. */
static void test_one_way_with_people(void **state UNUSED)
{
	static const struct {
		const char *network, *mirror;
		bool has_users;
	} cases[] = {
		{"", "", false},
		{"", "members = \"full\";", true},
		{"", "members = \"full\"; members_to_chime = \"lazy\";", false},
		{"", "members_to_chime = \"full\";", true},
		{"presence = \"puppets\";", "", true},
		{"presence = \"puppets\"; puppets = { private = false; };", "",
			false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char AUTOFREE *text = xasprintf(
			"{ name = \"a\"; irc = \"n/#a\"; chime = \"" AI
			"/channel/1\"; messages = \"to_irc\"; "
			"mirror = { %s }; }",
			cases[i].mirror);
		json_t AUTOJSON *with =
			policy_with("true", cases[i].network, text);
		json_t AUTOJSON *without =
			policy_with("false", cases[i].network, text);

		assert_int_equal(has_action(with, "CreateAppInstanceUser"),
			cases[i].has_users);
		assert_false(has_action(without, "CreateAppInstanceUser"));
	}
}

static void test_by_name(void **state UNUSED)
{
	assert_policy("false",
		"{ name = \"a\"; irc = \"n/#a\"; chime = { name = \"A\"; "
		"create = true; }; }",
		"{\"Sid\":\"FindChannels\",\"Effect\":\"Allow\",\"Action\":["
		"\"chime:ListChannelMembershipsForAppInstanceUser\"],"
		"\"Resource\":[" BRIDGE "]},"
		"{\"Sid\":\"UseChannels\",\"Effect\":\"Allow\",\"Action\":["
		"\"chime:CreateChannel\",\"chime:CreateChannelMembership\","
		"\"chime:DescribeChannelModeratedByAppInstanceUser\","
		"\"chime:ListChannelMessages\"],\"Resource\":[" BRIDGE "," ANY
		"]}," MIRROR(ANY) "{\"Sid\":\"Speak\","
				  "\"Effect\":\"Allow\","
				  "\"Action\":["
				  "\"chime:"
				  "SendChannelMessage\"],"
				  "\"Resource\":"
				  "[" BRIDGE "," ANY "]},"
				  "{\"Sid\":\"MarkRead\","
				  "\"Effect\":\"Allow\"," MARK
				  "\"Resource\":[" BRIDGE "," ANY "]}");
}

/* Policies are short: too many channels become a pattern. */
static void test_many(void **state UNUSED)
{
	struct buf AUTOBUF mappings;
	json_t *policy, *use;

	buf_init(&mappings, 1 << 20);
	for (int i = 0; i <= IAM_POLICY_CHANNELS; i++)
		buf_addf(&mappings,
			"%s{ name = \"m%d\"; irc = \"n/#%d\"; chime = \"" AI
			"/channel/%d\"; }",
			i ? "," : "", i, i, i);
	policy = policy_of("false", mappings.data);
	use = json_object_get(
		json_array_get(json_object_get(policy, "Statement"), 0),
		"Resource");
	assert_int_equal(json_array_size(use), 2);
	assert_string_equal(
		json_string_value(json_array_get(use, 1)), AI "/channel/*");
	json_decref(policy);
}

/* Whose members are nobody's business. */
static void test_without_people(void **state UNUSED)
{
	static const struct {
		const char *more;
		bool peopled;
	} cases[] = {
		{"", false},
		{"announce = \"notices\";", true},
		{"members_to_irc = \"full\";", true},
		{"members_to_chime = \"lazy\";", true},
		{"members = \"off\"; members_to_irc = \"off\";", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char AUTOFREE *text = xasprintf(
			"{ name = \"a\"; irc = \"n/#a\"; chime = \"" AI
			"/channel/1\"; mirror = { %s %s }; }",
			i < 4 ? "members = \"off\";" : "", cases[i].more);
		json_t AUTOJSON *policy = policy_of("true", text);

		assert_int_equal(
			has_action(policy, "MirrorPeople"), cases[i].peopled);
	}
}

/* What nobody changes need not be allowed. */
static void test_moderated(void **state UNUSED)
{
	static const struct {
		const char *mirror, *has, *lacks;
	} cases[] = {
		{"", "CreateChannelBan", "CreateChannelModerator"},
		{"bans = \"off\";", "ListChannelMemberships", "Moderate\""},
		{"bans = \"off\"; moderators = \"to_irc\";",
			"DeleteChannelModerator", "CreateChannelBan"},
		{"bans = \"off\"; topic = \"to_irc\";",
			"chime:DescribeChannel\"", "chime:UpdateChannel\""},
		{"bans = \"off\"; mode = \"both\";", "chime:UpdateChannel\"",
			"CreateChannelBan"},
		{"bans = \"off\"; name = \"to_chime\";",
			"chime:UpdateChannel\"", "CreateChannelBan"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char AUTOFREE *text = xasprintf(
			"{ name = \"a\"; irc = \"n/#a\"; chime = \"" AI
			"/channel/1\"; mirror = { %s }; }",
			cases[i].mirror);
		json_t AUTOJSON *policy = policy_of("true", text);

		assert_true(has_action(policy, cases[i].has));
		assert_false(has_action(policy, cases[i].lacks));
	}
}

/* Any channel may be such a conversation, but only puppets speak there. */
static void test_in_private(void **state UNUSED)
{
	static const char mapping[] = "{ name = \"a\"; irc = \"n/#a\"; chime "
				      "= \"" AI "/channel/1\"; }";
	json_t AUTOJSON *talks =
		policy_with("true", "presence = \"puppets\";", mapping);
	json_t AUTOJSON *silent = policy_with("true",
		"presence = \"puppets\"; puppets = { private = false; };",
		mapping);
	json_t AUTOJSON *relayed = policy_of("true", mapping);
	char AUTOFREE *with = json_text(talks);

	assert_non_null(strstr(with, "\"Sid\":\"TalkInPrivate\""));
	assert_non_null(
		strstr(with, "\"Resource\":[\"" AI "/user/irc:*\"," ANY "]"));
	assert_false(has_action(silent, "TalkInPrivate"));
	assert_false(has_action(relayed, "TalkInPrivate"));
}

static void test_nothing(void **state UNUSED)
{
	char *nothing[] = {NULL};
	struct args args = {.config = NULL};

	assert_null(policy_of("true", ""));
	assert_int_equal(command_iam_policy.run(&args, nothing), EX_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_arn),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_one_way_with_people),
		cmocka_unit_test(test_read_markers),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_without_people),
		cmocka_unit_test(test_moderated),
		cmocka_unit_test(test_in_private),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
