#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/topic.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

static void assert_read(const char *metadata, const char *topic)
{
	char *AUTOFREE is = topic_read(metadata);
	if (topic)
		assert_string_equal(is, topic);
	else
		assert_null(is);
}

static void test_reading(void **state UNUSED)
{
	assert_read(NULL, "");
	assert_read("", "");
	assert_read("  ", "");
	assert_read("{}", "");
	assert_read("{\"a\":1}", "");
	assert_read("{\"a\":[1,{\"topic\":\"no\"}],\"topic\":\"yes\"}", "yes");
	assert_read("{\"topic\":\"h\\u00e9 \\\"x\\\"\"}", "h\xc3\xa9 \"x\"");
}

static void test_foreign(void **state UNUSED)
{
	static const char *const foreign[] = {
		"hello",
		"[1]",
		"\"text\"",
		"{\"topic\":1}",
		"{\"topic\":null}",
		"{\"topic\":\"a\",\"topic\":\"b\"}",
		"{\"a\":1} x",
		"{\"a\":",
	};
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		assert_read(foreign[i], NULL);
		assert_null(topic_write(foreign[i], "t"));
	}
	/* Ours, but in letters that we do not write. */
	assert_read("{\"t\\u006fpic\":\"a\"}", "a");
	assert_null(topic_write("{\"t\\u006fpic\":\"a\"}", "t"));
}

static void assert_write(
	const char *metadata, const char *topic, const char *wanted)
{
	char *AUTOFREE is = topic_write(metadata, topic);
	assert_string_equal(is, wanted);
}

/* What is not ours stays, byte for byte. */
static void test_writing(void **state UNUSED)
{
	assert_write(NULL, "a", "{\"topic\":\"a\"}");
	assert_write("", "a\"b", "{\"topic\":\"a\\\"b\"}");
	assert_write("{}", "a", "{\"topic\":\"a\"}");
	assert_write(" { } ", "a", " {\"topic\":\"a\" } ");
	assert_write("{\"n\": 0.10, \"x\" :[{}, \"}\\\"\"]}", "a",
		"{\"topic\":\"a\",\"n\": 0.10, \"x\" :[{}, \"}\\\"\"]}");
	assert_write("{\"x\":{\"topic\":\"no\"} , \"topic\" : \"old, \\\" }\" ,"
		     "\"y\":1e3 }",
		"new",
		"{\"x\":{\"topic\":\"no\"} , \"topic\" : \"new\" ,"
		"\"y\":1e3 }");
	assert_write(
		"{\"a\":\"topic\"}", "t", "{\"topic\":\"t\",\"a\":\"topic\"}");
	assert_write("{\"a\":true,\"topic\":\"t\"}", "",
		"{\"a\":true,\"topic\":\"\"}");
	/* Nothing to say is no reason to write. */
	assert_write("{\"a\":true}", "", "{\"a\":true}");
	assert_write(NULL, "", "");
	assert_write("{}", "a\nb\x02 \x7f", "{\"topic\":\"ab \"}");
}

static void test_cutting(void **state UNUSED)
{
	char text[3000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	char *AUTOFREE plain = topic_write("{\"k\":1}", text);
	assert_int_equal(strlen(plain), CHANNEL_METADATA_BYTES);
	assert_non_null(strstr(plain, "x\xe2\x80\xa6\",\"k\":1}"));
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = i % 3 ? '"' : '\\';
	char *AUTOFREE escaped = topic_write(NULL, text);
	assert_in_range(strlen(escaped), CHANNEL_METADATA_BYTES - 12,
		CHANNEL_METADATA_BYTES);
	char *AUTOFREE topic = topic_read(escaped);
	assert_non_null(strstr(topic, "\xe2\x80\xa6"));
	/* Before a character, whatever its bytes. */
	for (size_t i = 0; i + 4 < sizeof(text); i += 4)
		memcpy(text + i, "\xf0\x9f\x98\x80", 4);
	char *AUTOFREE faces = topic_write(NULL, text);
	assert_true(utf8_is_valid(faces, strlen(faces)));
	assert_in_range(strlen(faces), CHANNEL_METADATA_BYTES - 12,
		CHANNEL_METADATA_BYTES);
}

static void test_no_room(void **state UNUSED)
{
	char text[CHANNEL_METADATA_BYTES + 1];
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + sizeof(text) - 3, "\"}", 3);
	assert_null(topic_write(text, "t"));
	assert_write(text, "", text);
	char *AUTOFREE short_one = topic_write("{\"a\":1}", "t");
	assert_non_null(short_one);
}

static void assert_name(const char *name, const char *wanted)
{
	char *AUTOFREE is = topic_name(name);
	if (wanted)
		assert_string_equal(is, wanted);
	else
		assert_null(is);
}

static void test_names(void **state UNUSED)
{
	char text[1000], cut[1000] = "";
	assert_name("", NULL);
	assert_name(" \n", NULL);
	assert_name("#a \x02z", "#a z");
	assert_name("h\xc3\xa9", "h\xc3\xa9");
	assert_name("\xf0\x9f\x98\x80", "\xef\xbf\xbd");
	text[0] = '\0';
	for (int i = 0; i < CHANNEL_NAME_CHARACTERS; i++)
		memcpy(text + 2 * (size_t)i, "\xc3\xa9", 3);
	assert_name(text, text);
	memcpy(cut, text, 2 * (CHANNEL_NAME_CHARACTERS - 1));
	memcpy(cut + 2 * (size_t)(CHANNEL_NAME_CHARACTERS - 1), "\xe2\x80\xa6",
		4);
	memcpy(text + 2 * (size_t)CHANNEL_NAME_CHARACTERS, "x", 2);
	assert_name(text, cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_cutting),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
