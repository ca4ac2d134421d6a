#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/belfry.h"
#include "util/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"

/* One setting a line, so that problems have lines of their own. */
static const char chime[] = "chime = {\n"                         /* 1 */
			    "region = \"us-east-1\";\n"           /* 2 */
			    "app_instance = \"" AI "\";\n"        /* 3 */
			    "user = \"" AI "/user/belfry\";\n"    /* 4 */
			    "%s };\n";                            /* 5 */
static const char networks[] = "networks = ( {\n"                 /* 6 */
			       "name = \"net\";\n"                /* 7 */
			       "servers = (\"irc.test:6697\");\n" /* 8 */
			       "nick = \"belfry\";\n"             /* 9 */
			       "%s } );\n";                       /* 10 */
static const char mappings[] = "mappings = ( {\n"                 /* 11 */
			       "name = \"one\";\n"                /* 12 */
			       "irc = \"net/#One\";\n"            /* 13 */
			       "chime = \"" AI "/channel/1\";\n"  /* 14 */
			       "%s } );\n";                       /* 15 */

static char *compose(
	const char *in_chime, const char *in_network, const char *in_mapping)
{
	struct buf text;

	buf_init(&text, 64 << 10);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buf_addf(&text, chime, in_chime);
	buf_addf(&text, networks, in_network);
	buf_addf(&text, mappings, in_mapping);
#pragma GCC diagnostic pop
	return buf_take(&text);
}

static void assert_problems(const char *text, const char *expected)
{
	struct belfry_config config;
	struct problems problems;
	struct buf AUTOBUF out;

	buf_init(&out, 64 << 10);
	problems_init(&problems);
	assert_int_equal(
		schema_load_text(&belfry_schema, "f", text, &config, &problems),
		-EINVAL);
	for (size_t i = 0; i < problems.count; i++) {
		buf_adds(&out, i ? "\n" : "");
		problems_format(&problems, i, &out);
	}
	assert_string_equal(out.data, expected);
	problems_release(&problems);
}

static const struct bad {
	const char *chime, *network, *mapping, *expected;
} bad[] = {
	{"messaging_endpoint = \"127.0.0.1:1\";", "", "",
		"f:5: chime.messaging_endpoint: must begin with https:// or "
		"http://, not \"127.0.0.1:1\""},
	{"identity_endpoint = \"http://u@h\";", "", "",
		"f:5: chime.identity_endpoint: must be scheme, host and port "
		"only, not \"http://u@h\""},
	{"poll = { min_ms = 500; max_ms = 100; };", "", "",
		"f:5: chime.poll.min_ms: is 500, more than max_ms (100)"},
	{"puppet_name = \"x\";", "", "",
		"f:5: chime.puppet_name: must hold {nick}, or all would have "
		"one name"},
	{"limits = { bearer_rp = 1; };", "", "",
		"f:5: chime.limits.bearer_rp: unknown setting; did you mean "
		"\"bearer_rps\"?"},
	{"", "tls = false; tls_ca_file = \"/dev/null\";", "",
		"f:10: networks[0].tls_ca_file: means nothing with tls = "
		"false"},
	{"", "tls_key_file = \"/dev/null\";", "",
		"f:10: networks[0].tls_key_file: needs tls_cert_file beside "
		"it"},
	{"", "tls_pin_sha256 = \"00:11\";", "",
		"f:10: networks[0].tls_pin_sha256: must be 64 hex digits "
		"(colons allowed)"},
	{"", "bind = \"host\";", "",
		"f:10: networks[0].bind: must be an IP address, not "
		"\"host\""},
	{"", "username = \"a b\";", "",
		"f:10: networks[0].username: may not hold a blank or any of , "
		"! @ * ? :"},
	{"", "sasl = { mechanism = \"PLAIN\"; account = \"a\"; };", "",
		"f:10: networks[0].sasl.password: missing; this mechanism "
		"needs it"},
	{"", "sasl = { mechanism = \"PLAIN\"; password = \"a\"; };", "",
		"f:10: networks[0].sasl.account: missing; this mechanism "
		"needs it"},
	{"", "sasl = { account = \"a\"; };", "",
		"f:10: networks[0].sasl.mechanism: missing; must be one of "
		"\"none\", \"PLAIN\", \"EXTERNAL\", \"SCRAM-SHA-256\""},
	{"", "sasl = { mechanism = \"EXTERNAL\"; };", "",
		"f:10: networks[0].sasl.mechanism: EXTERNAL needs tls and "
		"tls_cert_file"},
	{"",
		"tls = false; sasl = { mechanism = \"PLAIN\"; account = "
		"\"a\"; password = \"b\"; };",
		"",
		"f:10: networks[0].sasl.mechanism: PLAIN without tls would "
		"show the password to the network on the way to "
		"irc.test:6697; use tls or SCRAM-SHA-256"},
	{"", "nick_template = \"x\";", "",
		"f:10: networks[0].nick_template: must hold {name} or {id}, "
		"or nobody knows who speaks"},
	{"", "retry = { min_ms = 900; max_ms = 100; };", "",
		"f:10: networks[0].retry.min_ms: is 900, more than max_ms "
		"(100)"},
	{"", "presence = \"ghosts\";", "",
		"f:10: networks[0].presence: must be one of \"relay\", "
		"\"puppets\", not \"ghosts\""},
	{"", "puppets = { nick = \"x\"; };", "",
		"f:10: networks[0].puppets.nick: must hold {name} or {id}, or "
		"all would have one nick"},
	{"", "puppets = { addresses = \"2001:db8::1\"; };", "",
		"f:10: networks[0].puppets.addresses: must be an IPv6 prefix "
		"of 16 to 112 bits such as \"2001:db8:1:2::/64\", not "
		"\"2001:db8::1\""},
	{"", "puppets = { addresses = \"2001:db8::/120\"; };", "",
		"f:10: networks[0].puppets.addresses: must be an IPv6 prefix "
		"of 16 to 112 bits such as \"2001:db8:1:2::/64\", not "
		"\"2001:db8::/120\""},
	{"", "puppets = { webirc = \"x\"; };", "",
		"f:10: networks[0].puppets.webirc: needs puppets.addresses: "
		"the addresses that are said with WEBIRC"},
	{"", "relays = ( \"a!*@*\", \"a b\" );", "",
		"f:10: networks[0].relays: element 2 must be a mask such as "
		"\"nick!*@*\", not \"a b\""},
	{"", "", "mirror = { members_to_irc = \"half\"; };",
		"f:15: mappings[0].mirror.members_to_irc: must be one of "
		"\"off\", \"lazy\", \"full\", \"same\", not \"half\""},
	{"", "", "filter = { drop_irc = ( \"ok\", \"a(b\" ); };",
		"f:15: mappings[0].filter.drop_irc: element 2 is no regular "
		"expression: missing closing parenthesis, at character 4"},
	{"max_puppets = 0;", "", "",
		"f:5: chime.max_puppets: must be a whole number from 1 to "
		"100000, not 0"},
	{"", "", "mirror = { ban_mask = \"*!{usr}@{host}\"; };",
		"f:15: mappings[0].mirror.ban_mask: {usr} is not filled in "
		"here, only {nick}, {user} and {host}"},
	{"", "nick_template = \"<{nick}> {name}\";", "",
		"f:10: networks[0].nick_template: {nick} is not filled in "
		"here, only {name} and {id}"},
	{"", "", "mirror = { ban_mask = \"*!*@*\"; };",
		"f:15: mappings[0].mirror.ban_mask: must hold {nick}, {user} "
		"or {host}, or it would ban everybody"},
	{"", "", "mirror = { moderator_modes = \"+o\"; };",
		"f:15: mappings[0].mirror.moderator_modes: must be letters of "
		"modes such as \"qao\", without signs"},
	{"", "",
		"mirror = { topic = \"both\"; name = \"both\"; topic_as = "
		"\"name\"; };",
		"f:15: mappings[0].mirror.topic_as: the name cannot be the "
		"topic while the name itself is mirrored"},
	{"", "",
		"}, { name = \"direct.x\"; irc = \"net/#two\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].name: may not begin with \"direct.\", as "
		"private conversations do"},
	{"", "}, { name = \"net\"; servers = (\"h:1\"); nick = \"n\";", "",
		"f:10: networks[1].name: networks[0] has this name already"},
	{"", "}, { name = \"a b\"; servers = (\"h:1\"); nick = \"n\";", "",
		"f:10: networks[1].name: may hold letters, digits and . _ - "
		"only"},
	{"", "}, { name = \"b\"; servers = (\"h:1\"); nick = \"9\";", "",
		"f:10: networks[1].nick: \"9\" is not a nick that servers "
		"take"},
	{"", "}, { name = \"b\"; servers = (\"h:1\", \"h\"); nick = \"n\";", "",
		"f:10: networks[1].servers: element 2 must be \"host:port\" "
		"or \"[address]:port\", not \"h\""},
	{"", "", "irc_key = \"a b\";",
		"f:15: mappings[0].irc_key: may not hold a blank or a comma, "
		"nor begin with a colon"},
	{"", "",
		"}, { name = \"one\"; irc = \"net/#two\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].name: mappings[0] has this name already"},
	{"", "",
		"}, { name = \"two\"; irc = \"net/#oNE\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].irc: mappings[0] has this IRC channel "
		"already"},
	{"", "",
		"}, { name = \"two\"; irc = \"net/#two\"; chime = \"" AI
		"/channel/1\";",
		"f:15: mappings[1].chime: mappings[0] has this Chime channel "
		"already"},
	{"", "",
		"}, { name = \"two\"; irc = \"ned/#two\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].irc: there is no network \"ned\"; did you "
		"mean \"net\"?"},
	{"", "",
		"}, { name = \"two\"; irc = \"#two\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].irc: must be \"network/#channel\", not "
		"\"#two\""},
	{"", "",
		"}, { name = \"two\"; irc = \"net/two\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].irc: \"two\" is not the name of a "
		"channel"},
	{"", "",
		"}, { name = \"t/o\"; irc = \"net/#two\"; chime = \"" AI
		"/channel/2\";",
		"f:15: mappings[1].name: may hold letters, digits and . _ - "
		"only"},
	{"", "",
		"}, { name = \"two\"; irc = \"net/#two\"; chime = "
		"\"arn:x/channel/2\";",
		"f:15: mappings[1].chime: must be a channel of the app "
		"instance (" AI "/channel/ID), not \"arn:x/channel/2\""},
	{"", "",
		"}, { name = \"two\"; irc = \"net/#two\"; chime = { create = "
		"true; };",
		"f:15: mappings[1].chime.name: missing; must be a string"},
};

static void test_bad(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *text =
			compose(bad[i].chime, bad[i].network, bad[i].mapping);

		assert_problems(text, bad[i].expected);
		free(text);
	}
}

static void test_missing(void **state UNUSED)
{
	assert_problems("",
		"f:1: chime.region: missing; must be a string\n"
		"f:1: chime.app_instance: missing; must be a string\n"
		"f:1: chime.user: missing; must be a string\n"
		"f:1: networks: missing; must be a list of groups");
	assert_problems("chime = { region = \"mars\"; app_instance = \"x\";\n"
			"user = \"y\"; };\n"
			"networks = ();",
		"f:1: chime.region: must be a region such as \"us-east-1\", "
		"not \"mars\"\n"
		"f:1: chime.app_instance: must be the ARN of an app instance "
		"(arn:aws:chime:REGION:ACCOUNT:app-instance/ID), not \"x\"\n"
		"f:2: chime.user: must be a user of the app instance "
		"(x/user/ID), not \"y\"\n"
		"f:3: networks: has 0 elements, 1 to 64 are allowed");
}

static void load_ok(const char *text, struct belfry_config *config)
{
	struct problems problems;
	struct buf AUTOBUF out;

	buf_init(&out, 4096);
	problems_init(&problems);
	if (schema_load_text(&belfry_schema, "f", text, config, &problems)) {
		problems_format(&problems, 0, &out);
		fail_msg("%s", out.data);
	}
}

#define IN_MARS(more)                                                          \
	"chime = { region = \"mars-1\"; app_instance = \"" AI "\";\n"          \
	"user = \"" AI "/user/belfry\"; " more " };\n"                         \
	"networks = ({ name = \"n\"; servers = (\"h:1\"); nick = \"n\"; });\n"

/* An endpoint of one's own is asked whatever the region is called. */
static void test_region(void **state UNUSED)
{
	struct belfry_config config;

	assert_problems(IN_MARS(""),
		"f:1: chime.region: is \"mars-1\", but the "
		"app instance is in \"us-east-1\"");
	load_ok(IN_MARS("messaging_endpoint = \"http://127.0.0.1:1\";"),
		&config);
	belfry_config_free(&config);
}

static void test_good(void **state UNUSED)
{
	struct belfry_config config;
	const char *channel;
	char *text = compose("limits = { bearer_rps = 0; };",
		"tls = false; sasl = { mechanism = \"SCRAM-SHA-256\"; account "
		"= \"a\"; password = \"b\"; };",
		"}, { name = \"two\"; irc = \"net/#two\"; chime = { name = "
		"\"Two\"; create = true; }; messages = \"to_irc\";");

	load_ok(text, &config);
	assert_string_equal(config.state, "/var/lib/belfry/state.db");
	assert_true(config.chime.limits.bearer == 0);
	assert_true(config.chime.limits.identity < 0);
	assert_int_equal(
		config.networks[0].sasl.mechanism, SASL_CONFIG_SCRAM_SHA_256);
	assert_int_equal(config.networks[0].flood_burst, 4);
	assert_string_equal(config.networks[0].nick_template, "<{name}> ");
	assert_ptr_equal(
		belfry_mapping_network(&config, &config.mappings[1], &channel),
		&config.networks[0]);
	assert_string_equal(channel, "#two");
	assert_string_equal(config.mappings[0].chime.arn, AI "/channel/1");
	assert_null(config.mappings[1].chime.arn);
	assert_true(config.mappings[1].chime.create);
	assert_int_equal(config.mappings[1].messages, MESSAGES_CONFIG_TO_IRC);
	belfry_config_free(&config);
	free(text);
}

/* On loopback nobody listens. */
static void test_plain_on_loopback(void **state UNUSED)
{
	struct belfry_config config;
	char *text = compose("",
		"}, { name = \"lo\"; servers = (\"127.0.0.1:6667\", "
		"\"[::1]:6667\", \"localhost:1\"); nick = \"n\"; tls = false; "
		"sasl = { mechanism = \"PLAIN\"; account = \"a\"; password = "
		"\"b\"; };",
		"");

	load_ok(text, &config);
	belfry_config_free(&config);
	free(text);
}

static void test_example(void **state UNUSED)
{
	struct belfry_config config;
	struct problems problems;

	problems_init(&problems);
	assert_int_equal(belfry_config_load(TEST_DATA_DIR
				 "/../../conf/belfry.conf.example",
				 &config, &problems),
		0);
	assert_int_equal(config.network_count, 1);
	assert_int_equal(config.mapping_count, 1);
	belfry_config_free(&config);
}

static void test_server(void **state UNUSED)
{
	static const struct {
		const char *server, *host;
		uint16_t port;
	} cases[] = {
		{"irc.test:6697", "irc.test", 6697},
		{"[::1]:1", "::1", 1},
		{"10.0.0.1:65535", "10.0.0.1", 65535},
		{"irc.test", NULL, 0},
		{"irc.test:", NULL, 0},
		{"irc.test:0", NULL, 0},
		{"irc.test:65536", NULL, 0},
		{"irc.test:+1", NULL, 0},
		{":6667", NULL, 0},
		{"::1:6667", NULL, 0},
		{"[]:1", NULL, 0},
		{"[::1:1", NULL, 0},
		{"a b:1", NULL, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *host = NULL;
		uint16_t port = 0;
		int error = belfry_server_parse(cases[i].server, &host, &port);

		assert_int_equal(error, cases[i].host ? 0 : -EINVAL);
		assert_int_equal(port, cases[i].port);
		if (cases[i].host)
			assert_string_equal(host, cases[i].host);
		free(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_region),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_plain_on_loopback),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
