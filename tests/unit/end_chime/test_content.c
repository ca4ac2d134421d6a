#include "end_chime/content.h"

#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CEILING = 1 << 20 };

static int prepare(struct buf *out, enum event_kind kind, const char *name,
	const char *said, bool puppets)
{
	struct text AUTOTEXT text;
	text_init(&text, CEILING);
	text_append_plain(&text, said);
	const struct event event = {
		.kind = kind,
		.sender = {.id = "net/b|b", .name = name},
		.text = &text,
		.source_id = "x1",
	};
	return content_prepare(out, &event, puppets);
}

/* Without a puppet while others have one. */
static void test_unshown(void **state)
{
	struct text AUTOTEXT text;
	struct buf AUTOBUF out;
	struct content content;
	(void)state;
	text_init(&text, CEILING);
	buf_init(&out, CEILING);
	text_append_plain(&text, "hi");
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.sender = {.id = "net/eve", .name = "Eve", .is_unshown = true},
		.text = &text,
		.source_id = "x1",
	};
	assert_int_equal(content_prepare(&out, &event, true), 0);
	assert_int_equal(content_read(&content, out.data, out.len), 0);
	assert_null(content.person_id);
	assert_string_equal(content.content, "\\<Eve> hi");
	content_release(&content);
}

/* The bridge's user says it after all, in the same words as without puppets. */
static void test_spoken_for(void **state)
{
	static const enum event_kind kinds[] = {EVENT_MESSAGE, EVENT_NOTICE};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct buf AUTOBUF out;
		struct buf AUTOBUF plain;
		struct content content, wanted;
		buf_init(&out, CEILING);
		buf_init(&plain, CEILING);
		assert_int_equal(
			prepare(&out, kinds[i], "b_b_", "*hi*", true), 0);
		assert_int_equal(
			prepare(&plain, kinds[i], "b_b_", "*hi*", false), 0);
		assert_int_equal(content_read(&content, out.data, out.len), 0);
		assert_int_equal(
			content_read(&wanted, plain.data, plain.len), 0);
		char *said = content_spoken_for(&content);
		assert_string_equal(said, wanted.content);
		free(said);
		content_release(&content);
		content_release(&wanted);
	}
}

static void test_prepare(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *name;
		const char *said;
		bool puppets;
		const char *kind_name;
		const char *content;
	} rows[] = {
		{EVENT_MESSAGE, "Bob", "hi", true, "message", "hi"},
		{EVENT_MESSAGE, "Bob", "*hi*", true, "message", "\\*hi\\*"},
		{EVENT_ACTION, "Bob", "waves", true, "action", "_waves_"},
		{EVENT_NOTICE, "Bob", "beep", true, "notice", "beep"},
		{EVENT_MESSAGE, "Bob", "hi", false, "message", "\\<Bob> hi"},
		{EVENT_MESSAGE, "b_b_", "hi", false, "message",
			"\\<b_b\\_> hi"},
		{EVENT_MESSAGE, "[x](y)", "hi", false, "message",
			"\\<\\[x\\](y)> hi"},
		{EVENT_ACTION, "Bob", "waves", false, "action",
			"\\* Bob waves"},
		{EVENT_MESSAGE, "Bob", "\"\\ \x7f", true, "message",
			"\"\\\\ \x7f"},
		/* A command of the other side's is none here. */
		{EVENT_MESSAGE, "Bob", "/me x", true, "message", "/me x"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF out;
		struct content content;
		buf_init(&out, CEILING);
		assert_int_equal(prepare(&out, rows[i].kind, rows[i].name,
					 rows[i].said, rows[i].puppets),
			0);
		assert_null(strchr(out.data, '\n'));
		assert_int_equal(content_read(&content, out.data, out.len), 0);
		assert_string_equal(content.content, rows[i].content);
		assert_string_equal(content.kind, rows[i].kind_name);
		assert_string_equal(content.name, rows[i].name);
		if (rows[i].puppets)
			assert_string_equal(content.person_id, "net/b|b");
		else
			assert_null(content.person_id);
		content_release(&content);
	}
}

static void test_same_bytes_every_time(void **state)
{
	struct buf AUTOBUF a;
	struct buf AUTOBUF b;
	(void)state;
	buf_init(&a, CEILING);
	buf_init(&b, CEILING);
	assert_int_equal(prepare(&a, EVENT_MESSAGE, "Bob", "hi", true), 0);
	assert_int_equal(prepare(&b, EVENT_MESSAGE, "Bob", "hi", true), 0);
	assert_string_equal(a.data, b.data);
	assert_string_equal(a.data,
		"{\"v\":1,\"name\":\"Bob\",\"kind\":\"message\","
		"\"content\":\"hi\",\"id\":\"net%2Fb%7Cb\"}");
}

static void test_nothing_to_say(void **state)
{
	static const char *const rows[] = {"", " ", "\n \t"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF out;
		buf_init(&out, CEILING);
		assert_int_equal(
			prepare(&out, EVENT_MESSAGE, "B", rows[i], true),
			-ENODATA);
		assert_int_equal(
			prepare(&out, EVENT_ACTION, "B", rows[i], false),
			-ENODATA);
		assert_int_equal(out.len, 0);
	}
}

static void test_names_are_repaired(void **state)
{
	struct buf AUTOBUF out;
	struct content content;
	(void)state;
	buf_init(&out, CEILING);
	assert_int_equal(prepare(&out, EVENT_MESSAGE, "b\xff", "hi", false), 0);
	assert_int_equal(content_read(&content, out.data, out.len), 0);
	assert_string_equal(content.name, "b\xef\xbf\xbd");
	content_release(&content);
}

static void test_long_is_cut(void **state)
{
	char *said = xcalloc(1, 20001);
	(void)state;
	for (int i = 0; i < 10000; i++)
		memcpy(said + 2 * i, "\xc3\xa9", 2);
	struct buf AUTOBUF out;
	struct content content;
	buf_init(&out, CEILING);
	assert_int_equal(prepare(&out, EVENT_MESSAGE, "B", said, true), 0);
	assert_int_equal(content_read(&content, out.data, out.len), 0);
	size_t len = strlen(content.content);
	assert_in_range(len, CONTENT_BYTES - 4, CONTENT_BYTES);
	assert_true(utf8_is_valid(content.content, len));
	assert_string_equal(content.content + len - 3, "\xe2\x80\xa6");
	content_release(&content);
	free(said);
}

static void test_unreadable(void **state)
{
	static const char *const rows[] = {"", "{}", "[]", "{", "null",
		"{\"v\":1}", "{\"v\":2,\"content\":\"x\"}",
		"{\"v\":1,\"content\":7}", "{\"content\":\"x\"}"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct content content;
		assert_int_equal(
			content_read(&content, rows[i], strlen(rows[i])),
			-EINVAL);
	}
}

static void test_metadata(void **state)
{
	struct content_mark mark = {
		.kind = "message",
		.source_id = "x1",
		.token = "tok",
		.said_ms = 1611079200123,
	};
	char longest[65], odd[300];
	(void)state;
	char *AUTOFREE plain = content_metadata(&mark);
	assert_string_equal(plain,
		"{\"belfry\":{\"v\":1,\"kind\":\"message\",\"tok\":"
		"\"tok\",\"time\":\"2021-01-19T18:00:00.123Z\","
		"\"id\":\"x1\"}}");
	mark.source_id = "";
	char *AUTOFREE none = content_metadata(&mark);
	assert_null(strstr(none, "\"id\""));
	memset(longest, 't', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	mark.token = longest;
	mark.source_id = odd;
	/* Ids are any bytes: one line of ASCII, or left out. */
	for (size_t len = 0; len < sizeof(odd); len++) {
		memset(odd, '\n', len);
		odd[len] = '\0';
		char *AUTOFREE text = content_metadata(&mark);
		assert_in_range(strlen(text), 1, 1024);
		assert_null(strchr(text, '\n'));
		assert_int_equal(
			strstr(text, "\"id\"") != NULL, len > 0 && len <= 85);
	}
}

static void test_late(void **state)
{
	const int64_t said_ms = 1611079320123, day_ms = 24 * 3600 * 1000;
	char longest[CONTENT_BYTES + 1];
	(void)state;
	char *AUTOFREE late = content_late("hi", said_ms, said_ms + 60000);
	assert_string_equal(late, "(18:02 UTC) hi");
	char *AUTOFREE later = content_late("hi", said_ms, said_ms + day_ms);
	assert_string_equal(later, "(2021-01-19 18:02 UTC) hi");
	memset(longest, 'x', CONTENT_BYTES);
	longest[CONTENT_BYTES] = '\0';
	char *AUTOFREE cut = content_late(longest, said_ms, said_ms);
	assert_in_range(strlen(cut), CONTENT_BYTES - 3, CONTENT_BYTES);
	assert_true(str_ends(cut, "x\xe2\x80\xa6"));
}

static void test_note(void **state)
{
	struct content content;
	(void)state;
	content_note(&content, "*\xff\xe2\x80");
	assert_string_equal(content.kind, "note");
	assert_null(content.person_id);
	assert_true(str_starts(content.content, "\\*"));
	assert_true(utf8_is_valid(content.content, strlen(content.content)));
	content_release(&content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prepare),
		cmocka_unit_test(test_unshown),
		cmocka_unit_test(test_spoken_for),
		cmocka_unit_test(test_same_bytes_every_time),
		cmocka_unit_test(test_nothing_to_say),
		cmocka_unit_test(test_names_are_repaired),
		cmocka_unit_test(test_long_is_cut),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_note),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
