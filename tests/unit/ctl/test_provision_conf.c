#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/provision_conf.h"

#include <errno.h>
#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"

static char control[] = "/x/control.sock";
static char server[] = "h:1", channel[] = "#c", net[] = "n", name[] = "m";
static char instance[] = AI, user[] = AI "/user/belfry",
	    room[] = AI "/channel/c";

static struct plan plan_of(const char *nick)
{
	return (struct plan){
		.app_instance = "Belfry",
		.user_id = "belfry",
		.channel = "C",
		.irc = "h:1/#c",
		.nick = nick,
		.state = "/x/state.db",
		.control = control,
		.server = server,
		.irc_channel = channel,
		.network_name = net,
		.mapping_name = name,
	};
}

static void test_write(void **state UNUSED)
{
	const struct plan plan = plan_of("belfry");
	const struct chime_target target = {
		.region = "us-east-1", .messaging_endpoint = "http://m"};
	const struct provisioned there = {instance, user, room};
	struct buf AUTOBUF out;

	buf_init(&out, 4096);
	provision_conf_write(&out, &plan, &target, &there);
	assert_string_equal(out.data,
		"# Made by belfryctl provision; see belfry.conf(5).\n"
		"state = \"/x/state.db\";\n"
		"control = \"/x/control.sock\";\n"
		"\n"
		"chime = {\n"
		"\tregion = \"us-east-1\";\n"
		"\tapp_instance = \"" AI "\";\n"
		"\tuser = \"" AI "/user/belfry\";\n"
		"\tmessaging_endpoint = \"http://m\";\n"
		"};\n"
		"\n"
		"networks = (\n"
		"\t{\n"
		"\t\tname = \"n\";\n"
		"\t\tservers = ( \"h:1\" );\n"
		"\t\ttls = false;\n"
		"\t\tnick = \"belfry\";\n"
		"\t}\n"
		");\n"
		"\n"
		"mappings = (\n"
		"\t{ name = \"m\"; irc = \"n/#c\"; chime = \"" AI
		"/channel/c\"; }\n"
		");\n");
}

/* A channel that is wanted is not there yet: nothing is mapped. */
static void test_without_channel(void **state UNUSED)
{
	struct plan plan = plan_of("belfry");
	const struct chime_target target = {.region = "us-east-1"};
	const struct provisioned there = {instance, user, NULL};
	struct buf AUTOBUF out;

	plan.irc = NULL;
	buf_init(&out, 4096);
	provision_conf_write(&out, &plan, &target, &there);
	assert_null(strstr(out.data, "mappings"));
	assert_non_null(strstr(out.data, "# Put in your network"));
}

static void test_check(void **state UNUSED)
{
	struct plan plan = plan_of("belfry");
	const struct chime_target target = {.region = "us-east-1"};
	const struct chime_target nowhere = {.region = "somewhere"};
	struct err err = {0};

	assert_int_equal(provision_conf_check(&plan, &target, &err), 0);
	assert_int_equal(provision_conf_check(&plan, &nowhere, &err), -EINVAL);
	assert_non_null(strstr(err.text, "chime.region: "));
	plan = plan_of("9");
	assert_int_equal(provision_conf_check(&plan, &target, &err), -EINVAL);
	assert_non_null(strstr(err.text, "networks[0].nick: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_without_channel),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
