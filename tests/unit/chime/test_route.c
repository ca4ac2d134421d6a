/* Every row is found by its request line, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/route.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ESCAPED "arn%3Aaws%3Achime%3Ar%3A1%3Aapp-instance%2Fa%2Fchannel%2Fc"
#define PLAIN "arn:aws:chime:r:1:app-instance/a/channel/c"

static int route(const char *method, const char *path, const char *query,
	struct chime_route *ret)
{
	return chime_route(method, span_of(path), span_of(query), ret);
}

static void test_routes_every_row(void **state)
{
	(void)state;
	for (int i = 0; i < CHIME_OP_COUNT; i++) {
		const struct chime_operation *row =
			chime_operation((enum chime_op)i);
		struct chime_route found;
		char query[128] = "";
		if (row->fixed_name)
			snprintf(query, sizeof(query), "max-results=5&%s=%s",
				row->fixed_name, row->fixed_value);
		/* A template is a path whose values are "{…}". */
		assert_int_equal(
			route(row->method, row->path, query, &found), 0);
		assert_ptr_equal(found.operation, row);
	}
}

static void test_route_values(void **state)
{
	(void)state;
	struct chime_route found;
	assert_int_equal(route("POST", "/channels/" ESCAPED "/messages/m-1",
				 "operation=redact", &found),
		0);
	assert_int_equal(found.operation->op, CHIME_REDACT_CHANNEL_MESSAGE);
	assert_int_equal(found.value_count, 2);
	assert_string_equal(chime_route_value(&found, "ChannelArn"), PLAIN);
	assert_string_equal(chime_route_value(&found, "MessageId"), "m-1");
	assert_null(chime_route_value(&found, "ChimeBearer"));
	assert_int_equal(route("DELETE", "/channels/" ESCAPED "/bans/" ESCAPED,
				 "", &found),
		0);
	assert_string_equal(chime_route_value(&found, "MemberArn"), PLAIN);
	/* Members stand in another order than the path. */
	assert_int_equal(
		route("DELETE", "/app-instances/one/admins/two", "", &found),
		0);
	assert_string_equal(chime_route_value(&found, "AppInstanceArn"), "one");
	assert_string_equal(
		chime_route_value(&found, "AppInstanceAdminArn"), "two");
}

static void test_route_by_query(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		enum chime_op op;
	} cases[] = {
		{"", CHIME_LIST_CHANNELS},
		{"app-instance-arn=x", CHIME_LIST_CHANNELS},
		{"scope=app-instance-user-memberships",
			CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER},
		{"a=b&scope=app-instance-user%2Dmemberships",
			CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER},
		{"scope=app-instance-user-moderated-channels&x",
			CHIME_LIST_CHANNELS_MODERATED_BY_USER},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct chime_route found;
		assert_int_equal(
			route("GET", "/channels", cases[i].query, &found), 0);
		assert_int_equal(found.operation->op, cases[i].op);
	}
}

/* What belongs to operations beyond the table is not taken for others. */
static void test_route_to_what_is_not_there(void **state)
{
	(void)state;
	static const struct {
		const char *method, *path, *query;
	} cases[] = {
		{"GET", "/channels/c/messages/m", "scope=message-status"},
		{"POST", "/channels", "operation=search"},
		{"GET", "/channels", "scope=unknown"},
		{"GET", "/channels", "scope="},
	};
	struct chime_route found;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(route(cases[i].method, cases[i].path,
					 cases[i].query, &found),
			-ENOENT);
}

static void test_route_failures(void **state)
{
	(void)state;
	static const struct {
		const char *method;
		const char *path;
		int error;
	} cases[] = {
		{"GET", "", -ENOENT},
		{"GET", "/", -ENOENT},
		{"GET", "channels", -ENOENT},
		{"GET", "/channels/", -ENOENT},
		{"GET", "/channels/a/b", -ENOENT},
		{"GET", "/channels/a/messages/b/c", -ENOENT},
		{"GET", "/nothing", -ENOENT},
		{"PATCH", "/channels", -ENOTSUP},
		{"PATCH", "/app-instances", -ENOTSUP},
		{"POST", "/channels/a/messages/m", -ENOTSUP},
		{"GET", "/channels/%zz", -EINVAL},
		{"GET", "/channels/a%00b", -EINVAL},
	};
	struct chime_route found;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int r = route(cases[i].method, cases[i].path, "", &found);
		if (r != cases[i].error)
			fail_msg(
				"%s %s: %d", cases[i].method, cases[i].path, r);
	}
	char path[CHIME_PATH_VALUE_BYTES + 32] = "/channels/";
	size_t start = strlen(path);
	memset(path + start, 'a', CHIME_PATH_VALUE_BYTES);
	assert_int_equal(route("GET", path, "", &found), -EINVAL);
	path[start + CHIME_PATH_VALUE_BYTES - 1] = '\0';
	assert_int_equal(route("GET", path, "", &found), 0);
}

static void test_query_get(void **state)
{
	(void)state;
	struct buf AUTOBUF out;
	struct span query =
		span_of("a=1&next-token=a%2Fb+c&empty=&flag&%61b=2");
	buf_init(&out, 64);
	assert_int_equal(chime_query_get(query, "next-token", &out), 0);
	assert_string_equal(out.data, "a/b+c");
	buf_clear(&out);
	assert_int_equal(chime_query_get(query, "empty", &out), 0);
	assert_int_equal(chime_query_get(query, "flag", &out), 0);
	assert_string_equal(out.data, "");
	assert_int_equal(chime_query_get(query, "ab", &out), 0);
	assert_string_equal(out.data, "2");
	assert_int_equal(chime_query_get(query, "b", &out), -ENOENT);
	assert_int_equal(chime_query_get(span_of("a=%z"), "a", &out), -EINVAL);
	assert_int_equal(
		chime_query_get((struct span){NULL, 0}, "a", &out), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes_every_row),
		cmocka_unit_test(test_route_values),
		cmocka_unit_test(test_route_by_query),
		cmocka_unit_test(test_route_to_what_is_not_there),
		cmocka_unit_test(test_route_failures),
		cmocka_unit_test(test_query_get),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
