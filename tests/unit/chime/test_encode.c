/* Members to wire: path, query, body, and refusals that cost no request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/encode.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

#define APP "arn:aws:chime:us-east-1:1:app-instance/a"
#define APP_ESCAPED "arn%3Aaws%3Achime%3Aus-east-1%3A1%3Aapp-instance%2Fa"
#define CHANNEL APP "/channel/c"
#define CHANNEL_ESCAPED APP_ESCAPED "%2Fchannel%2Fc"
#define USER APP "/user/u@x"

static int encode(enum chime_op op, const char *json, struct chime_encoded *ret,
	struct err *err)
{
	json_t *members = json_loads(json, JSON_ALLOW_NUL, NULL);
	assert_non_null(members);
	int r = chime_encode(ret, chime_operation(op), members, err);
	json_decref(members);
	return r;
}

static void test_targets(void **state)
{
	(void)state;
	static const struct {
		enum chime_op op;
		const char *members;
		const char *target;
	} cases[] = {
		{CHIME_DESCRIBE_CHANNEL,
			"{\"ChannelArn\":\"" CHANNEL
			"\",\"ChimeBearer\":\"" USER "\"}",
			"/channels/" CHANNEL_ESCAPED},
		{CHIME_DELETE_CHANNEL_BAN,
			"{\"ChannelArn\":\"" CHANNEL "\",\"MemberArn\":\"" USER
			"\",\"ChimeBearer\":\"" USER "\"}",
			"/channels/" CHANNEL_ESCAPED "/bans/" APP_ESCAPED
			"%2Fuser%2Fu%40x"},
		{CHIME_LIST_CHANNEL_MESSAGES,
			"{\"ChannelArn\":\"" CHANNEL
			"\",\"ChimeBearer\":\"" USER
			"\",\"SortOrder\":\"ASCENDING\",\"NotBefore\":"
			"1611079200.123,\"NotAfter\":\"2021-01-19T18:00:01Z\","
			"\"MaxResults\":50,\"NextToken\":\"a/b+c=\"}",
			"/channels/" CHANNEL_ESCAPED
			"/messages?sort-order=ASCENDING&not-before="
			"2021-01-19T18%3A00%3A00.123Z&not-after="
			"2021-01-19T18%3A00%3A01.000Z&max-results=50&"
			"next-token=a%2Fb%2Bc%3D"},
		{CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER,
			"{\"ChimeBearer\":\"" USER "\",\"MaxResults\":\"7\"}",
			"/channels?scope=app-instance-user-memberships"
			"&max-results=7"},
		{CHIME_LIST_CHANNELS,
			"{\"ChimeBearer\":\"" USER
			"\",\"AppInstanceArn\":\"" APP "\",\"Privacy\":null}",
			"/channels?app-instance-arn=" APP_ESCAPED},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		struct chime_encoded out;
		if (encode(cases[i].op, cases[i].members, &out, &err) != 0)
			fail_msg("%s", err.text);
		assert_string_equal(out.target.data, cases[i].target);
		assert_int_equal(out.path_len, strcspn(cases[i].target, "?"));
		assert_null(out.body);
		assert_string_equal(out.bearer, USER);
		chime_encoded_release(&out);
	}
}

#define SEND                                                                   \
	"\"ChannelArn\":\"" CHANNEL "\",\"ChimeBearer\":\"" USER               \
	"\",\"Type\":\"STANDARD\",\"Persistence\":\"PERSISTENT\""

static void test_body(void **state)
{
	(void)state;
	struct err err;
	struct chime_encoded out;
	char hash[SHA256_HEX_BYTES];
	int r = encode(CHIME_SEND_CHANNEL_MESSAGE,
		"{" SEND ",\"Content\":\"h\xc3\xa9\\u0000\\n\",\"Metadata\":"
		"null,\"ClientRequestToken\":\"t4\"}",
		&out, &err);
	assert_int_equal(r, 0);
	assert_string_equal(out.body,
		"{\"Content\":\"h\xc3\xa9\\u0000\\n\",\"Type\":\"STANDARD\","
		"\"Persistence\":\"PERSISTENT\",\"ClientRequestToken\":"
		"\"t4\"}");
	assert_int_equal(out.body_len, strlen(out.body));
	sha256_hex(out.body, out.body_len, hash);
	assert_string_equal(out.body_sha256, hash);
	assert_string_equal(out.channel, CHANNEL);
	assert_null(out.app_instance);
	chime_encoded_release(&out);
}

static void test_token_is_made_up(void **state)
{
	(void)state;
	static const char *const members[] = {
		"{" SEND ",\"Content\":\"x\"}",
		"{" SEND ",\"Content\":\"x\",\"ClientRequestToken\":null}",
	};
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		struct err err;
		struct chime_encoded out;
		int r = encode(
			CHIME_SEND_CHANNEL_MESSAGE, members[i], &out, &err);
		assert_int_equal(r, 0);
		json_t *body = json_loads(out.body, 0, NULL);
		const char *token = json_get_string(body, "ClientRequestToken");
		assert_int_equal(strlen(token), 32);
		json_decref(body);
		chime_encoded_release(&out);
	}
}

static void test_bodies_that_are_empty_or_not_there(void **state)
{
	(void)state;
	struct err err;
	struct chime_encoded out;
	static const char members[] =
		"{\"ChannelArn\":\"" CHANNEL "\",\"ChimeBearer\":\"" USER
		"\",\"MessageId\":\"m\"}";
	int r = encode(CHIME_REDACT_CHANNEL_MESSAGE, members, &out, &err);
	assert_int_equal(r, 0);
	assert_null(out.body);
	assert_true(str_ends(out.target.data, "/messages/m?operation=redact"));
	assert_string_equal(out.body_sha256,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b"
		"855");
	chime_encoded_release(&out);
	r = encode(CHIME_UPDATE_CHANNEL_MESSAGE, members, &out, &err);
	assert_int_equal(r, 0);
	assert_string_equal(out.body, "{}");
	chime_encoded_release(&out);
}

static void test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *members;
		const char *why;
	} cases[] = {
		{"{" SEND "}", "SendChannelMessage: Content is missing"},
		{"{" SEND ",\"Content\":\"x\",\"Colour\":\"red\"}",
			"SendChannelMessage has no member Colour"},
		{"{" SEND ",\"content\":\"x\",\"Content\":\"x\"}",
			"SendChannelMessage has no member content"},
		{"{" SEND ",\"Content\":\"x\",\"Metadata\":\"a\\nb\"}",
			"Metadata must be one line"},
		{"{\"Content\":\"x\"}", "ChannelArn is missing"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		struct chime_encoded out;
		int r = encode(CHIME_SEND_CHANNEL_MESSAGE, cases[i].members,
			&out, &err);
		assert_int_equal(r, -EINVAL);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s", err.text);
	}
}

static void test_nothing_given(void **state)
{
	(void)state;
	struct err err;
	struct chime_encoded out;
	int r = chime_encode(
		&out, chime_operation(CHIME_DESCRIBE_CHANNEL), NULL, &err);
	assert_int_equal(r, -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_token_is_made_up),
		cmocka_unit_test(test_bodies_that_are_empty_or_not_there),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nothing_given),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
