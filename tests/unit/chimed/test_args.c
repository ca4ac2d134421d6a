#include "chimed/args.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHANNEL "arn:aws:chime:us-east-1:1:app-instance/a/channel/c"
#define CHANNEL_PATH                                                           \
	"/channels/arn%3Aaws%3Achime%3Aus-east-1%3A1%3Aapp-instance%2Fa"       \
	"%2Fchannel%2Fc"

static struct chime_route route;

static struct err error; /* of the last call */

static int collect(const char *method, const char *path, const char *query,
	const char *body, struct args *args)
{
	struct args_source source = {
		.route = &route,
		.query = span_of(query),
		.body = body,
		.body_len = strlen(body),
	};

	assert_int_equal(
		chime_route(method, span_of(path), span_of(query), &route), 0);
	return args_collect(&source, args, &error);
}

static int send_body(const char *body, struct args *args)
{
	return collect("POST", CHANNEL_PATH "/messages", "", body, args);
}

static const char good[] =
	"{\"Content\":\"hi\",\"Type\":\"STANDARD\",\"Persistence\":"
	"\"PERSISTENT\",\"ClientRequestToken\":\"tok\","
	"\"Metadata\":null,\"Odd\":[1]}";

static void test_takes_members_from_path_and_body(void **state)
{
	struct args AUTOARGS args = {NULL};
	size_t len;

	(void)state;
	assert_int_equal(send_body(good, &args), 0);
	assert_string_equal(args_text(&args, "ChannelArn", NULL), CHANNEL);
	assert_string_equal(args_text(&args, "Content", &len), "hi");
	assert_int_equal(len, 2);
	assert_null(args_text(&args, "Metadata", NULL));
	assert_null(json_object_get(args.values, "Metadata"));
	assert_null(json_object_get(args.values, "Odd"));
}

static void test_refuses_bad_bodies(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"{",
		"3",
		"{\"Content\":",
		"{\"Content\":\"\",\"Type\":\"STANDARD\",\"Persistence\":"
		"\"PERSISTENT\",\"ClientRequestToken\":\"tok\"}",
		"{\"Content\":\"x\",\"Type\":\"OTHER\",\"Persistence\":"
		"\"PERSISTENT\",\"ClientRequestToken\":\"tok\"}",
		"{\"Content\":\"x\",\"Type\":\"STANDARD\",\"Persistence\":"
		"\"PERSISTENT\",\"ClientRequestToken\":\"t\"}",
		"{\"Content\":7,\"Type\":\"STANDARD\",\"Persistence\":"
		"\"PERSISTENT\",\"ClientRequestToken\":\"tok\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct args AUTOARGS args = {NULL};

		assert_int_equal(send_body(bad[i], &args), -EINVAL);
	}
}

static void test_bodies_nobody_asked_for_are_ignored(void **state)
{
	static const char *const bodies[] = {"", "{}", " \r\n", "not JSON"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct args AUTOARGS args = {NULL};

		assert_int_equal(collect("PUT", CHANNEL_PATH "/readMarker", "",
					 bodies[i], &args),
			0);
	}
}

static void test_query_values(void **state)
{
	struct args AUTOARGS args = {NULL};

	(void)state;
	assert_int_equal(collect("GET", CHANNEL_PATH "/messages",
				 "max-results=7&sort-order=ASCENDING&"
				 "not-before=2021-01-19T18%3A00%3A00.123000Z",
				 "", &args),
		0);
	assert_int_equal(args_int(&args, "MaxResults", 50), 7);
	assert_int_equal(args_int(&args, "Absent", 50), 50);
	assert_int_equal(args_time_ms(&args, "NotBefore", -1), 1611079200123);
	assert_int_equal(args_time_ms(&args, "NotAfter", -1), -1);
}

static void test_refuses_bad_query_values(void **state)
{
	static const char *const bad[] = {"max-results=0", "max-results=51",
		"max-results=x", "sort-order=UP", "not-before=yesterday",
		"next-token=%ff", "next-token=%4"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct args AUTOARGS args = {NULL};

		assert_int_equal(collect("GET", CHANNEL_PATH "/messages",
					 bad[i], "", &args),
			-EINVAL);
	}
}

static void test_reasons(void **state)
{
	static const struct {
		const char *query;
		const char *body;
		const char *reason;
	} rows[] = {
		{"", "{\n\"Content\" 7}", "line 2 column"},
		{"", "{\"Content\":\"\xff\"}", "line 1 column"},
		{"", "{\"Content\":\"\\ud800\"}", "line 1 column"},
		{"", "{\"Type\":1,\"Type\":1}", "duplicate object key"},
		{"", "[1]", "must be a JSON object"},
		{"", "\"x\"", "line 1 column"},
		{"", "{\"Content\":7}", "Content must be a string"},
		{"", "{\"Content\":null}", "Content is missing"},
		{"",
			"{\"Content\":\"\\u0000\","
			"\"Type\":\"STANDARD\\u0000\"}",
			"Type may hold no NUL"},
		{"max-results=1&max-results=2", NULL, "MaxResults (max-"},
		{"max-results=", NULL, "MaxResults must be a whole number"},
		{"max-results=%31+", NULL, "MaxResults must be a whole"},
		{"max-results=51", NULL, "MaxResults must be from 1 to 50"},
		{"next-token=%4", NULL, "% without two"},
		{"next-token=a%00b", NULL, "NextToken may hold no NUL"},
		{"not-after=999999999999999", NULL, "NotAfter must be a time"},
		{"not-after=-1", NULL, "NotAfter must be a time"},
		{"not-after=", NULL, "NotAfter must be a time"},
		{"not-after=1.2.3", NULL, "NotAfter must be a time"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct args AUTOARGS args = {NULL};

		assert_int_equal(
			collect(rows[i].body == NULL ? "GET" : "POST",
				CHANNEL_PATH "/messages", rows[i].query,
				rows[i].body == NULL ? "" : rows[i].body,
				&args),
			-EINVAL);
		if (strstr(error.text, rows[i].reason) == NULL)
			fail_msg("%s: %s", rows[i].reason, error.text);
	}
}

static void test_times_in_the_query(void **state)
{
	static const char *const spellings[] = {"2021-01-19T18%3A00%3A00Z",
		"2021-01-19T18:00:00.000Z", "2021-01-19T18:00:00+00:00",
		"2021-01-19T18%3A00%3A00%2B00%3A00", "1611079200",
		"1611079200.000"};
	char query[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		struct args AUTOARGS args = {NULL};

		snprintf(query, sizeof(query), "not-before=%s", spellings[i]);
		assert_int_equal(collect("GET", CHANNEL_PATH "/messages", query,
					 "", &args),
			0);
		assert_int_equal(
			args_time_ms(&args, "NotBefore", -1), 1611079200000);
	}
}

static void test_nul_in_content(void **state)
{
	static const char body[] =
		"{\"Content\":\"a\\u0000b\",\"Type\":\"STANDARD\","
		"\"Persistence\":\"PERSISTENT\","
		"\"ClientRequestToken\":\"tok\"}";
	struct args AUTOARGS args = {NULL};
	size_t len;

	(void)state;
	assert_int_equal(send_body(body, &args), 0);
	assert_memory_equal(args_text(&args, "Content", &len), "a\0b", 4);
	assert_int_equal(len, 3);
}

static void test_digest_is_of_the_meaning(void **state)
{
	static const char same[] =
		" {\"Type\":\"STANDARD\", \"Content\":\"\\u0068i\","
		"\"Persistence\":\"PERSISTENT\","
		"\"ClientRequestToken\":\"tok\"}";
	static const char other[] = "{\"Type\":\"STANDARD\",\"Content\":\"ho\","
				    "\"Persistence\":\"PERSISTENT\","
				    "\"ClientRequestToken\":\"tok\"}";
	static const char *const but[] = {"Content", NULL};
	uint8_t a[SHA256_BYTES], b[SHA256_BYTES], c[SHA256_BYTES];
	struct args AUTOARGS first = {NULL};
	struct args AUTOARGS second = {NULL};
	struct args AUTOARGS third = {NULL};

	(void)state;
	assert_int_equal(send_body(good, &first), 0);
	assert_int_equal(send_body(same, &second), 0);
	assert_int_equal(send_body(other, &third), 0);
	args_digest(&first, NULL, a);
	args_digest(&second, NULL, b);
	args_digest(&third, NULL, c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
	args_digest(&first, but, a);
	args_digest(&third, but, c);
	assert_memory_equal(a, c, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_members_from_path_and_body),
		cmocka_unit_test(test_refuses_bad_bodies),
		cmocka_unit_test(test_bodies_nobody_asked_for_are_ignored),
		cmocka_unit_test(test_query_values),
		cmocka_unit_test(test_refuses_bad_query_values),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_times_in_the_query),
		cmocka_unit_test(test_nul_in_content),
		cmocka_unit_test(test_digest_is_of_the_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
