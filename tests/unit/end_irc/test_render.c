#include "end_irc/render.h"

#include "util/utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct render_params plain = {.nick_template = "<{name}> "};

static int render(struct buf *out, enum event_kind kind, const char *name,
	const struct text *text, const struct render_params *params)
{
	const struct event event = {
		.kind = kind,
		.sender = {.id = "arn:x/user/alice", .name = name},
		.text = text,
		.source_id = "m1",
	};
	return render_payload(out, &event, params);
}

/* "m<Alice> LF hi" as it is with version and speaker. */
static const char *with_speaker(const char *payload, const char *name)
{
	static char text[1000];
	(void)snprintf(text, sizeof(text), "2%s\x01sarn:x/user/alice\n%s",
		payload, name);
	return text;
}

static void expect_payload(enum event_kind kind, const char *name,
	const char *said, const char *payload)
{
	struct text AUTOTEXT text;
	struct buf AUTOBUF out;
	text_init(&text, 65536);
	buf_init(&out, RENDER_PAYLOAD_BYTES + 512);
	text_append_plain(&text, said);
	assert_int_equal(render(&out, kind, name, &text, &plain), 0);
	assert_string_equal(out.data, with_speaker(payload, name));
}

static void test_kinds(void **state)
{
	(void)state;
	expect_payload(EVENT_MESSAGE, "Alice", "hi", "m<Alice> \nhi");
	expect_payload(EVENT_ACTION, "Alice", "waves", "a* Alice \nwaves");
	expect_payload(EVENT_NOTICE, "Bot", "beep", "n<Bot> \nbeep");
	expect_payload(EVENT_MESSAGE, "Alice", "a\nb", "m<Alice> \na\nb");
}

static void test_hostile_text(void **state)
{
	(void)state;
	expect_payload(EVENT_MESSAGE, "A", "x\r\nQUIT :y", "m<A> \nx\nQUIT :y");
	expect_payload(EVENT_MESSAGE, "A",
		"\x01"
		"VERSION\x01",
		"m<A> \nVERSION");
	expect_payload(EVENT_MESSAGE, "A",
		"b\x02old\x03"
		"4,5",
		"m<A> \nbold4,5");
}

static void test_template(void **state)
{
	const struct render_params params = {
		.nick_template = "[{id}/{name}] ",
	};
	struct text AUTOTEXT text;
	struct buf AUTOBUF out;
	(void)state;
	text_init(&text, 100);
	buf_init(&out, 1000);
	text_append_plain(&text, "hi");
	assert_int_equal(render(&out, EVENT_MESSAGE, "Al", &text, &params), 0);
	assert_string_equal(out.data, with_speaker("m[alice/Al] \nhi", "Al"));
}

static void test_nothing_to_say(void **state)
{
	static const char *const rows[] = {"", " \n ", "\x02\x02", "\r\n"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text AUTOTEXT text;
		struct buf AUTOBUF out;
		text_init(&text, 100);
		buf_init(&out, 1000);
		text_append_plain(&text, rows[i]);
		assert_int_equal(
			render(&out, EVENT_MESSAGE, "A", &text, &plain),
			-ENODATA);
	}
}

static void test_too_long(void **state)
{
	struct text AUTOTEXT text;
	struct buf AUTOBUF out;
	(void)state;
	text_init(&text, 100000);
	buf_init(&out, 100000);
	for (int i = 0; i < 70000; i++)
		text_append_plain(&text, "x");
	assert_int_equal(
		render(&out, EVENT_MESSAGE, "A", &text, &plain), -EMSGSIZE);
}

static void test_read_payload(void **state)
{
	struct rendered r;
	(void)state;
	assert_int_equal(render_read(&r, "1n<A> \nhi", 9), 0);
	assert_string_equal(r.command, "NOTICE");
	assert_int_equal(r.prefix_len, 4);
	assert_memory_equal(r.prefix, "<A> ", 4);
	assert_int_equal(r.text_at, 7);
	assert_memory_equal(r.text, "hi", 2);
	/* Nobody is known in version 1: the bridge says it. */
	assert_true(r.is_unshown);
	assert_int_equal(r.id.len, 0);
	assert_int_equal(render_read(&r, "2m\nhi", 5), -EINVAL);
	assert_int_equal(render_read(&r, "2m\nhi\x01", 6), -EINVAL);
	assert_int_equal(render_read(&r,
				 "2m\nhi\x01"
				 "sid",
				 9),
		-EINVAL);
	assert_int_equal(render_read(&r, "3m\nhi", 5), -EINVAL);
	assert_int_equal(render_read(&r, "1z\nhi", 5), -EINVAL);
	assert_int_equal(render_read(&r, "1mhi", 4), -EINVAL);
	assert_int_equal(render_read(&r, "", 0), -EINVAL);
}

/* A progress means the same in both versions. */
static void test_read_speaker(void **state)
{
	static const char payload[] = "2a* A \none\ntwo\x01sarn:a/user/x\nA B";
	struct rendered r;
	(void)state;
	assert_int_equal(render_read(&r, payload, sizeof(payload) - 1), 0);
	assert_int_equal(r.text_at, 7);
	assert_int_equal(r.text_len, 7);
	assert_memory_equal(r.text, "one\ntwo", 7);
	assert_true(r.is_action);
	assert_false(r.is_unshown);
	assert_true(span_is(r.id, "arn:a/user/x"));
	assert_true(span_is(r.name, "A B"));
}

static void test_unshown(void **state)
{
	static const struct {
		const char *id;
		bool is_unshown;
	} rows[] = {{"arn:x", true}, {"a\nb", false}, {"", false}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text AUTOTEXT text;
		struct buf AUTOBUF out;
		struct rendered r;
		text_init(&text, 100);
		buf_init(&out, 1000);
		text_append_plain(&text, "hi");
		const struct event event = {
			.sender = {.id = rows[i].id,
				.name = "A",
				.is_unshown = rows[i].is_unshown},
			.text = &text,
		};
		assert_int_equal(render_payload(&out, &event, &plain), 0);
		assert_int_equal(render_read(&r, out.data, out.len), 0);
		assert_true(r.is_unshown);
		assert_memory_equal(r.text, "hi", r.text_len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_nothing_to_say),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_read_payload),
		cmocka_unit_test(test_read_speaker),
		cmocka_unit_test(test_unshown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
