#include "irc/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void test_forms(void **state UNUSED)
{
	static const struct {
		struct irc_line line;
		const char *want;
	} rows[] = {
		{{.command = "QUIT"}, "QUIT\r\n"},
		{{.command = "QUIT", .params = {""}}, "QUIT :\r\n"},
		{{.command = "PONG", .params = {"a"}}, "PONG a\r\n"},
		{{.command = "PONG", .params = {":a"}}, "PONG ::a\r\n"},
		{{.command = "PRIVMSG", .params = {"#c", "a b"}},
			"PRIVMSG #c :a b\r\n"},
		{{.command = "PRIVMSG", .params = {"#c", " "}},
			"PRIVMSG #c : \r\n"},
		{{.source = "me", .command = "001", .params = {"x"}},
			":me 001 x\r\n"},
		{{.source = "", .command = "AWAY"}, "AWAY\r\n"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out AUTOBUF;
		buf_init(&out, 1024);
		assert_int_equal(irc_line_build(&out, &rows[i].line), 0);
		assert_string_equal(out.data, rows[i].want);
	}
}

static void test_tags(void **state UNUSED)
{
	const struct irc_tag tags[] = {
		{"label", "a 1"},
		{"+draft/reply", "x;y\r\n"},
		{"+typing", NULL},
		{"empty", ""},
	};
	const struct irc_line line = {
		.tags = tags,
		.ntags = ARRAY_LEN(tags),
		.command = "TAGMSG",
		.params = {"#c"},
	};
	struct buf out AUTOBUF;
	buf_init(&out, 1024);
	assert_int_equal(irc_line_build(&out, &line), 0);
	assert_string_equal(out.data, "@label=a\\s1;+draft/reply=x\\:y\\r\\n;"
				      "+typing;empty TAGMSG #c\r\n");
}

static const struct irc_tag bad_tags[] = {
	{"a\nb", ""}, {"", ""}, {"a=b", ""}, {NULL, ""}};

static void test_refusals(void **state UNUSED)
{
	static const struct irc_line rows[] = {
		{.command = NULL},
		{.command = ""},
		{.command = "PRIV MSG"},
		{.command = "PING\r\nQUIT"},
		{.command = "12"},
		{.command = "1234"},
		{.command = ":PING"},
		{.command = "@PING"},
		{.command = "PRIVMSG", .params = {"", "x"}},
		{.command = "PRIVMSG", .params = {"#c d", "x"}},
		{.command = "PRIVMSG", .params = {":c", "x"}},
		{.command = "PRIVMSG", .params = {"#c\r", "x"}},
		{.command = "PRIVMSG", .params = {"#c\n", "x"}},
		{.command = "PRIVMSG", .params = {"#c", "x\rQUIT"}},
		{.command = "PRIVMSG", .params = {"#c", "x\nQUIT"}},
		{.command = "PRIVMSG", .params = {"#c", "x\r\n"}},
		{.command = "PRIVMSG", .params = {"#c", "\r"}},
		{.command = "PRIVMSG", .params = {"#c", NULL, "x"}},
		{.command = "PING", .source = "a b"},
		{.command = "PING", .source = "a\nQUIT"},
		{.command = "PING", .ntags = 1, .tags = &bad_tags[0]},
		{.command = "PING", .ntags = 1, .tags = &bad_tags[1]},
		{.command = "PING", .ntags = 1, .tags = &bad_tags[2]},
		{.command = "PING", .ntags = 1, .tags = &bad_tags[3]},
		{.command = "PING", .ntags = 4, .tags = bad_tags},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out AUTOBUF;
		buf_init(&out, 1024);
		buf_adds(&out, "before");
		if (irc_line_build(&out, &rows[i]) != -EINVAL)
			fail_msg("row %zu", i);
		assert_string_equal(out.data, "before");
	}
}

static void test_sixteen_params(void **state UNUSED)
{
	struct irc_line line = {.command = "X"};
	for (size_t i = 0; i < IRC_PARAMS_MAX; i++)
		line.params[i] = "p";
	struct buf out AUTOBUF;
	buf_init(&out, 1024);
	assert_int_equal(irc_line_build(&out, &line), 0);
	assert_int_equal(out.len, 1 + 2 * IRC_PARAMS_MAX + 2);
	line.params[IRC_PARAMS_MAX] = "p";
	assert_int_equal(irc_line_build(&out, &line), -EINVAL);
}

/* 512 bytes go, 513 do not, and LINELEN moves the limit. */
static void test_line_length(void **state UNUSED)
{
	char text[1024];
	struct irc_line line = {.command = "PRIVMSG", .params = {"#c", text}};
	struct buf out AUTOBUF;
	buf_init(&out, 4096);
	memset(text, 'x', sizeof(text));
	text[0] = ' '; /* so that it needs the colon */
	text[512 - strlen("PRIVMSG #c :\r\n")] = '\0';
	assert_int_equal(irc_line_build(&out, &line), 0);
	assert_int_equal(out.len, 512);
	text[strlen(text)] = 'x';
	text[512 - strlen("PRIVMSG #c :\r\n") + 1] = '\0';
	assert_int_equal(irc_line_build(&out, &line), -EMSGSIZE);
	assert_int_equal(out.len, 512);
	line.line_bytes = 513;
	assert_int_equal(irc_line_build(&out, &line), 0);
	assert_int_equal(out.len, 512 + 513);
}

static void test_tags_length(void **state UNUSED)
{
	static char value[2 * IRC_TAGS_BYTES];
	const struct irc_tag tag = {"k", value};
	struct irc_line line = {.tags = &tag, .ntags = 1, .command = "X"};
	struct buf out AUTOBUF;
	buf_init(&out, 1 << 16);
	/* Two bytes each when escaped: "@k=", the value, a space. */
	memset(value, ';', (IRC_CLIENT_TAGS_BYTES - 4) / 2);
	assert_int_equal(irc_line_build(&out, &line), 0);
	assert_int_equal(out.len, IRC_CLIENT_TAGS_BYTES + 3);
	value[strlen(value)] = 'x';
	assert_int_equal(irc_line_build(&out, &line), -EMSGSIZE);
	line.tags_bytes = IRC_TAGS_BYTES;
	assert_int_equal(irc_line_build(&out, &line), 0);
}

static void test_ceiling(void **state UNUSED)
{
	struct irc_line line = {.command = "PING", .params = {"abc"}};
	struct buf out AUTOBUF;
	buf_init(&out, strlen("PING abc\r\n") + 4);
	assert_int_equal(irc_line_build(&out, &line), 0);
	assert_int_equal(irc_line_build(&out, &line), -ENOBUFS);
	assert_string_equal(out.data, "PING abc\r\n");
	assert_false(out.overflow);
	buf_clear(&out);
	buf_adds(&out, "far too long for this buffer");
	assert_true(out.overflow);
	assert_int_equal(irc_line_build(&out, &line), -ENOBUFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_sixteen_params),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_tags_length),
		cmocka_unit_test(test_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
