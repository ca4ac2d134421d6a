#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/decode.h"

#include <string.h>

static json_t *parse(const char *text)
{
	json_t *value =
		json_loads(text, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	return value;
}

static void test_message(void **state)
{
	(void)state;
	struct chime_message m;
	json_t *object = parse(
		"{\"MessageId\":\"m1\",\"Content\":\"a\\u0000b\",\"Metadata\":"
		"\"{}\",\"Type\":\"STANDARD\",\"CreatedTimestamp\":"
		"1611079200.123,\"LastEditedTimestamp\":1611079201,"
		"\"LastUpdatedTimestamp\":\"1611079202.5\",\"Sender\":{\"Arn\":"
		"\"arn\",\"Name\":\"n\"},\"Redacted\":false,\"ChannelArn\":"
		"\"ch\",\"Persistence\":\"PERSISTENT\",\"New\":{}}");
	chime_decode_message(object, &m);
	assert_true(m.has_id);
	assert_string_equal(m.message_id, "m1");
	assert_int_equal(m.content_len, 3);
	assert_memory_equal(m.content, "a\0b", 4);
	assert_string_equal(m.metadata, "{}");
	assert_string_equal(m.channel_arn, "ch");
	assert_false(m.control || m.redacted || m.undelivered || m.targeted);
	assert_true(m.persistent);
	assert_string_equal(m.sender_arn, "arn");
	assert_string_equal(m.sender_name, "n");
	assert_int_equal(m.created_ms, INT64_C(1611079200123));
	assert_int_equal(m.edited_ms, INT64_C(1611079201000));
	assert_int_equal(m.updated_ms, INT64_C(1611079202500));
	json_decref(object);
}

static void test_special_messages(void **state)
{
	(void)state;
	struct chime_message m;
	json_t *object =
		parse("{\"MessageId\":\"m\",\"Content\":null,\"Redacted\":true,"
		      "\"Type\":\"CONTROL\",\"Persistence\":\"NON_PERSISTENT\","
		      "\"Status\":{\"Value\":\"PENDING\"},\"Target\":[{}]}");
	chime_decode_message(object, &m);
	assert_true(m.has_id && m.redacted && m.control && m.undelivered &&
		    m.targeted);
	assert_false(m.persistent);
	assert_string_equal(m.content, "");
	assert_int_equal(m.content_len, 0);
	assert_null(m.sender_arn);
	json_decref(object);
}

static void test_odd_messages(void **state)
{
	(void)state;
	static const char *const odd[] = {
		"{}",
		"[]",
		"7",
		"null",
		"{\"MessageId\":7,\"Content\":[],\"Sender\":\"x\",\"Type\":1,"
		"\"CreatedTimestamp\":\"soon\",\"Redacted\":\"yes\",\"Status\":"
		"\"SENT\",\"Target\":null}",
		"{\"MessageId\":\"\",\"Sender\":{\"Arn\":{}},"
		"\"CreatedTimestamp\":\"1969-12-31T23:00:00Z\"}",
	};
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct chime_message m;
		json_t *object = parse(odd[i]);
		chime_decode_message(object, &m);
		assert_false(m.has_id || m.redacted || m.control ||
			     m.undelivered || m.targeted);
		assert_string_equal(m.message_id, "");
		assert_string_equal(m.content, "");
		assert_int_equal(m.created_ms, 0);
		assert_null(m.sender_arn);
		json_decref(object);
	}
	struct chime_message m;
	chime_decode_message(NULL, &m);
	assert_false(m.has_id);
}

static void test_channel(void **state)
{
	(void)state;
	struct chime_channel c;
	json_t *object = parse(
		"{\"ChannelSummary\":{\"ChannelArn\":\"arn\",\"Name\":\"n\","
		"\"Privacy\":\"PRIVATE\",\"Mode\":\"RESTRICTED\",\"Metadata\":"
		"\"m\",\"LastMessageTimestamp\":1611079200},"
		"\"AppInstanceUserMembershipSummary\":{\"Type\":\"DEFAULT\","
		"\"ReadMarkerTimestamp\":1611079100}}");
	chime_decode_channel(object, &c);
	assert_string_equal(c.arn, "arn");
	assert_string_equal(c.name, "n");
	assert_string_equal(c.metadata, "m");
	assert_true(c.is_private && c.restricted);
	assert_int_equal(c.last_message_ms, INT64_C(1611079200000));
	assert_int_equal(c.read_marker_ms, INT64_C(1611079100000));
	json_decref(object);
	object = parse("{\"ChannelArn\":\"arn\",\"Privacy\":\"PUBLIC\","
		       "\"CreatedTimestamp\":1}");
	chime_decode_channel(object, &c);
	assert_string_equal(c.arn, "arn");
	assert_false(c.is_private || c.restricted);
	assert_int_equal(c.created_ms, 1000);
	assert_int_equal(c.last_message_ms, 0);
	json_decref(object);
	chime_decode_channel(NULL, &c);
	assert_null(c.arn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_special_messages),
		cmocka_unit_test(test_odd_messages),
		cmocka_unit_test(test_channel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
