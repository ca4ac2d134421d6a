#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "daemon/check.h"
#include "daemon/params.h"

#include <string.h>

static void test_limits(void **state UNUSED)
{
	struct belfry_config *config =
		daemon_config_load(&(struct daemon_config_text){.state = "s",
			.chime = "limits = { bearer_rps = 7.5; "
				 "channel_write_rps = 0; user_list_rps = 3; "
				 "};"});
	struct budget_limits limits, published;

	budget_limits_default(&published, "us-east-1");
	params_limits(&config->chime, &limits);
	assert_true(limits.per_second[CHIME_BUDGET_BEARER] == 7.5);
	assert_true(limits.per_second[CHIME_BUDGET_MESSAGE_CHANGES] == 0);
	assert_true(limits.per_second[CHIME_BUDGET_USER_LISTS] == 3);
	assert_true(limits.per_second[CHIME_BUDGET_MESSAGE_LISTS] ==
		    published.per_second[CHIME_BUDGET_MESSAGE_LISTS]);
	check_free(config);
}

static void test_chime(void **state UNUSED)
{
	struct belfry_config *config =
		daemon_config_load(&(struct daemon_config_text){.state = "s",
			.chime = "profile = \"p\"; max_connections = 3; "
				 "puppets = false; read_markers = false; poll "
				 "= { min_ms = 20; "
				 "max_ms = 30; };"});
	struct chime_client_params client;
	struct end_chime_params end;
	struct creds_params creds;

	params_creds(&config->chime, &creds);
	assert_string_equal(creds.profile, "p");
	params_client(&config->chime, &client);
	assert_string_equal(client.region, "us-east-1");
	assert_string_equal(client.messaging_endpoint, "http://127.0.0.1:9");
	assert_int_equal(client.max_connections, 3);
	params_end_chime(&config->chime, &end);
	assert_string_equal(end.user, DAEMON_APP_INSTANCE "/user/b");
	assert_false(end.puppets);
	assert_false(end.read_markers);
	assert_int_equal(end.poll_min_ms, 20);
	assert_int_equal(end.poll_max_ms, 30);
	check_free(config);
}

/* What is set for both ways holds for those that say nothing else. */
static void test_people(void **state UNUSED)
{
	struct belfry_config *config =
		daemon_config_load(&(struct daemon_config_text){.state = "s",
			.rest = "filter = { never_puppet = (\"a\", \"b\"); };",
			.mappings = "{ name = \"a\"; irc = \"net/#a\"; chime = "
				    "\"" DAEMON_APP_INSTANCE "/channel/a\"; "
				    "mirror = { members = \"full\"; "
				    "members_to_irc = \"off\"; kicks = false; "
				    "announce = \"notices\"; split_ms = 5; }; "
				    "filter = { drop_irc = (\"^!\"); }; }"});
	struct mapping_params mapping;
	struct filter_params filter;

	params_mapping(&config->mappings[0], &config->networks[0], &mapping);
	assert_string_equal(mapping.irc_label, "net/#a");
	assert_string_equal(
		mapping.chime_label, DAEMON_APP_INSTANCE "/channel/a");
	assert_int_equal(mapping.mirror.to_irc, MEMBERS_OFF);
	assert_int_equal(mapping.mirror.to_chime, MEMBERS_FULL);
	assert_false(mapping.mirror.kicks);
	assert_true(mapping.mirror.announce);
	assert_int_equal(mapping.mirror.split_ms, 5);
	assert_int_equal(mapping.mirror.quit_ms, 60000);
	assert_int_equal(mapping.filter.drop_irc.count, 1);
	assert_string_equal(mapping.filter.drop_irc.items[0], "^!");
	params_filter(&config->filter, &filter);
	assert_int_equal(filter.never_puppet.count, 2);
	assert_string_equal(filter.never_puppet.items[1], "b");
	check_free(config);
}

static void test_puppets(void **state UNUSED)
{
	struct belfry_config *config =
		daemon_config_load(&(struct daemon_config_text){.state = "s",
			.network = "presence = \"puppets\"; operators = "
				   "(\"op\"); bots = \"ignore\"; puppets = { "
				   "max = 7; idle_s = 3; webirc = \"w\"; "
				   "addresses = \"2001:db8::/64\"; };"});
	struct network_params params;

	params_network_init(&params, &config->networks[0]);
	assert_true(params.end.has_puppets);
	assert_true(params.end.relaymsg);
	assert_true(params.end.ignores_bots);
	assert_int_equal(params.end.puppets.max, 7);
	assert_int_equal(params.end.puppets.idle_ms, 3000);
	assert_string_equal(params.end.puppets.webirc, "w");
	assert_string_equal(params.end.puppets.nick, "{name}[c]");
	assert_int_equal(params.end.operator_count, 1);
	assert_string_equal(params.end.operators[0], "op");
	params_network_release(&params);
	check_free(config);
}

static void test_network(void **state UNUSED)
{
	struct belfry_config *config =
		daemon_config_load(&(struct daemon_config_text){.state = "s",
			.network = "sasl = { mechanism = \"SCRAM-SHA-256\"; "
				   "account = \"a\"; password = \"p\"; "
				   "required = false; }; flood = { burst = 9; "
				   "interval_ms = 0; }; retry = { min_ms = "
				   "11; max_ms = 22; }; ping = { interval_ms = "
				   "333; timeout_ms = 444; }; window = 5; "
				   "max_lines = 6; anti_ping = true;"});
	struct network_params params;
	const struct irc_conn_params *conn = &params.end.conn;

	params_network_init(&params, &config->networks[0]);
	assert_string_equal(conn->name, "net");
	assert_int_equal(conn->server_count, 1);
	assert_string_equal(conn->servers[0].host, "127.0.0.1");
	assert_int_equal(conn->servers[0].port, 9);
	assert_false(conn->tls);
	assert_int_equal(conn->sasl, IRC_SASL_SCRAM_SHA_256);
	assert_false(conn->sasl_required);
	/* No interval is no pacing. */
	assert_int_equal(conn->flood_burst, 0);
	assert_int_equal(conn->ping_interval_ms, 333);
	assert_int_equal(conn->ping_timeout_ms, 444);
	assert_int_equal(conn->retry_min_ms, 11);
	assert_int_equal(conn->retry_max_ms, 22);
	assert_int_equal(params.end.window, 5);
	assert_int_equal(params.end.max_lines, 6);
	assert_true(params.end.anti_ping);
	assert_string_equal(params.end.nick_template, "<{name}> ");
	params_network_release(&params);
	check_free(config);
}

static void test_mapping(void **state UNUSED)
{
	struct belfry_config *config =
		daemon_config_load(&(struct daemon_config_text){.state = "s",
			.network = "in_doubt = \"skip\"; window = 4;",
			.mappings = DAEMON_MAPPING(
				"a") ", { name = \"b\"; "
				     "irc = \"net/#b\"; messages = "
				     "\"to_chime\"; queue = { max_lines = 77; "
				     "when_full = "
				     "\"stop\"; }; chime = { name = \"B\"; "
				     "privacy = \"PRIVATE\"; mode = "
				     "\"RESTRICTED\"; create = true; }; "
				     "mirror = { topic_as = \"name\"; "
				     "members_to_chime = \"off\"; }; }"});
	struct end_chime_room_params room;
	struct mapping_params mapping;

	params_mapping(&config->mappings[0], &config->networks[0], &mapping);
	assert_int_equal(mapping.queue.max_lines, 10000);
	assert_int_equal(mapping.queue.max_bytes, 32 * 1024 * 1024);
	assert_int_equal(mapping.queue.max_age_ms, 7 * 24 * 3600 * 1000);
	assert_int_equal(mapping.queue.when_full, WHEN_FULL_DROP_OLDEST);
	assert_string_equal(mapping.name, "a");
	assert_int_equal(mapping.messages, MESSAGES_BOTH);
	assert_int_equal(mapping.in_doubt, IN_DOUBT_SKIP);
	assert_int_equal(mapping.window, 4);
	params_mapping(&config->mappings[1], &config->networks[0], &mapping);
	assert_int_equal(mapping.queue.max_lines, 77);
	assert_int_equal(mapping.queue.when_full, WHEN_FULL_STOP);
	assert_int_equal(mapping.messages, MESSAGES_TO_CHIME);
	params_room_chime(&config->mappings[0], &room);
	assert_string_equal(room.channel, DAEMON_APP_INSTANCE "/channel/a");
	assert_false(room.topic_is_name);
	assert_true(room.is_minded); /* lazy: whoever leaves is dismissed */
	params_room_chime(&config->mappings[1], &room);
	assert_null(room.channel);
	assert_string_equal(room.name, "B");
	assert_string_equal(room.privacy, "PRIVATE");
	assert_string_equal(room.mode, "RESTRICTED");
	assert_true(room.create);
	assert_true(room.topic_is_name);
	assert_false(room.is_minded);
	check_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_chime),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_puppets),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
