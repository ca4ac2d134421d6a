#include "irc/message.h"
#include "util/alloc.h"
#include "util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* The line under test, on the heap in its exact size, so that a sanitizer
 * sees a read past its end. */
struct fixture {
	struct irc_message msg;
	char *line;
	enum irc_parse result;
};

static void parse_bytes(struct fixture *f, const char *bytes, size_t len)
{
	f->line = xcalloc(1, len + 1);
	memcpy(f->line, bytes, len);
	f->line[len] = 'x'; /* need not be a NUL before */
	f->result = irc_message_parse(&f->msg, f->line, len);
}

static void parse(struct fixture *f, const char *line)
{
	parse_bytes(f, line, strlen(line));
}

static void fixture_release(struct fixture *f)
{
	free(f->line);
}
#define AUTOFIXTURE CLEANUP(fixture_release)

static void check_is_empty(const struct irc_message *msg)
{
	assert_int_equal(msg->ntags, 0);
	assert_int_equal(msg->nparams, 0);
	assert_int_equal(msg->numeric, -1);
	assert_string_equal(msg->command, "");
	assert_string_equal(msg->source.raw, "");
	assert_string_equal(msg->source.nick, "");
	assert_string_equal(irc_message_param(msg, 0), "");
	assert_string_equal(irc_message_last(msg), "");
	assert_null(irc_message_tag(msg, "msgid"));
}

static void test_whole(void **state UNUSED)
{
	struct fixture f AUTOFIXTURE;
	parse(&f, "@msgid=a1;+draft/reply=b\\s2;example.com/x "
		  ":Nick!~user@host.example privmsg #chan :hello there\r\n");
	assert_int_equal(f.result, IRC_PARSE_OK);
	assert_string_equal(irc_message_tag(&f.msg, "msgid"), "a1");
	assert_string_equal(irc_message_tag(&f.msg, "+draft/reply"), "b 2");
	assert_string_equal(irc_message_tag(&f.msg, "example.com/x"), "");
	assert_null(irc_message_tag(&f.msg, "draft/reply"));
	assert_null(irc_message_tag(&f.msg, "MSGID"));
	assert_string_equal(f.msg.source.raw, "Nick!~user@host.example");
	assert_string_equal(f.msg.source.nick, "Nick");
	assert_string_equal(f.msg.source.user, "~user");
	assert_string_equal(f.msg.source.host, "host.example");
	assert_true(irc_message_is(&f.msg, "PRIVMSG"));
	assert_false(irc_message_is(&f.msg, "NOTICE"));
	assert_int_equal(f.msg.numeric, -1);
	assert_int_equal(f.msg.nparams, 2);
	assert_string_equal(irc_message_param(&f.msg, 0), "#chan");
	assert_string_equal(irc_message_param(&f.msg, 1), "hello there");
	assert_string_equal(irc_message_param(&f.msg, 2), "");
	assert_string_equal(irc_message_param(&f.msg, SIZE_MAX), "");
	assert_string_equal(irc_message_last(&f.msg), "hello there");
}

static void test_numeric(void **state UNUSED)
{
	static const struct {
		const char *line;
		int numeric;
	} rows[] = {
		{":s 001 me :hi", 1},
		{":s 433 * me :in use", 433},
		{"000", 0},
		{"999 ", 999},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f AUTOFIXTURE;
		parse(&f, rows[i].line);
		assert_int_equal(f.result, IRC_PARSE_OK);
		assert_int_equal(f.msg.numeric, rows[i].numeric);
		assert_int_equal(strlen(f.msg.command), 3);
	}
}

static void test_errors(void **state UNUSED)
{
#define BYTES(s) s, sizeof(s) - 1
	static const struct {
		const char *line;
		size_t len;
		enum irc_parse error;
	} rows[] = {
		{BYTES(""), IRC_PARSE_EMPTY},
		{BYTES("\r\n"), IRC_PARSE_EMPTY},
		{BYTES("   "), IRC_PARSE_EMPTY},
		{BYTES("PRIVMSG a :b\0c"), IRC_PARSE_NUL},
		{BYTES("\0"), IRC_PARSE_NUL},
		{BYTES("PING a\0"), IRC_PARSE_NUL},
		{BYTES("PRIVMSG a :b\rQUIT"), IRC_PARSE_LINE_BREAK},
		{BYTES("PRIVMSG a :b\nQUIT\r\n"), IRC_PARSE_LINE_BREAK},
		{BYTES("@a=\r PING"), IRC_PARSE_LINE_BREAK},
		{BYTES("PING\n\r"), IRC_PARSE_LINE_BREAK},
		{BYTES("PING\r\r\n"), IRC_PARSE_LINE_BREAK},
		{BYTES(": PING"), IRC_PARSE_SOURCE},
		{BYTES(":"), IRC_PARSE_SOURCE},
		{BYTES("@a=b : PING"), IRC_PARSE_SOURCE},
		{BYTES(":source"), IRC_PARSE_COMMAND},
		{BYTES(":source  "), IRC_PARSE_COMMAND},
		{BYTES("@a=b"), IRC_PARSE_COMMAND},
		{BYTES("@a=b "), IRC_PARSE_COMMAND},
		{BYTES("@a=b @c=d PING"), IRC_PARSE_COMMAND},
		{BYTES(":s :PING"), IRC_PARSE_COMMAND},
		{BYTES("12 x"), IRC_PARSE_COMMAND},
		{BYTES("1234 x"), IRC_PARSE_COMMAND},
		{BYTES("00a x"), IRC_PARSE_COMMAND},
		{BYTES("PRIV-MSG x"), IRC_PARSE_COMMAND},
		{BYTES("PR\xc3\x84 x"), IRC_PARSE_COMMAND},
		{BYTES("{\"json\":1}"), IRC_PARSE_COMMAND},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f AUTOFIXTURE;
		parse_bytes(&f, rows[i].line, rows[i].len);
		if (f.result != rows[i].error)
			fail_msg("row %zu: %s", i, irc_parse_text(f.result));
		check_is_empty(&f.msg);
		assert_true(strlen(irc_parse_text(f.result)) > 5);
	}
}

static void test_spaces(void **state UNUSED)
{
	struct fixture f AUTOFIXTURE;
	parse(&f, "  @a=1   :src   MODE   #c   +o   nick   ");
	assert_int_equal(f.result, IRC_PARSE_OK);
	assert_string_equal(irc_message_tag(&f.msg, "a"), "1");
	assert_string_equal(f.msg.source.raw, "src");
	assert_int_equal(f.msg.nparams, 3);
	assert_string_equal(irc_message_param(&f.msg, 2), "nick");
}

static void test_many_params(void **state UNUSED)
{
	struct fixture f AUTOFIXTURE;
	parse(&f, "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 :18 19");
	assert_int_equal(f.result, IRC_PARSE_OK);
	assert_int_equal(f.msg.nparams, IRC_PARAMS_MAX);
	assert_string_equal(irc_message_param(&f.msg, 14), "15");
	assert_string_equal(irc_message_last(&f.msg), "16 17 :18 19");
	struct fixture g AUTOFIXTURE;
	parse(&g, "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 :16 17");
	assert_string_equal(irc_message_last(&g.msg), "16 17");
}

static void test_tags_broken(void **state UNUSED)
{
	struct fixture f AUTOFIXTURE;
	parse(&f, "@;;=x;a==b=;b=\\;c=\xff\xfe;d PING");
	assert_int_equal(f.result, IRC_PARSE_OK);
	assert_int_equal(f.msg.ntags, 4);
	assert_string_equal(irc_message_tag(&f.msg, "a"), "=b=");
	assert_string_equal(irc_message_tag(&f.msg, "b"), "");
	assert_string_equal(irc_message_tag(&f.msg, "c"), "\xff\xfe");
	assert_string_equal(irc_message_tag(&f.msg, "d"), "");
	struct fixture g AUTOFIXTURE;
	parse(&g, "@ PING x");
	assert_int_equal(g.result, IRC_PARSE_OK);
	assert_int_equal(g.msg.ntags, 0);
}

/* One tag that fills the section, then one byte more. */
static void test_tags_length(void **state UNUSED)
{
	for (int more = 0; more < 2; more++) {
		struct buf line AUTOBUF;
		buf_init(&line, 1 << 16);
		buf_adds(&line, "@k=");
		while (line.len < (size_t)IRC_TAGS_BYTES - 1 + (size_t)more)
			buf_addc(&line, 'v');
		buf_adds(&line, " PING x");
		struct fixture f AUTOFIXTURE;
		parse(&f, line.data);
		if (more) {
			assert_int_equal(f.result, IRC_PARSE_LONG_TAGS);
			check_is_empty(&f.msg);
			continue;
		}
		assert_int_equal(f.result, IRC_PARSE_OK);
		assert_int_equal(strlen(irc_message_tag(&f.msg, "k")),
			IRC_TAGS_BYTES - 4);
	}
}

static void test_tags_number(void **state UNUSED)
{
	struct buf line AUTOBUF;
	buf_init(&line, 1 << 16);
	for (int i = 0; i < 1000; i++)
		buf_addf(&line, "%ct%d=%d", i ? ';' : '@', i, i);
	buf_adds(&line, ";t0=last;t999=dropped PING x");
	struct fixture f AUTOFIXTURE;
	parse_bytes(&f, line.data, line.len);
	assert_int_equal(f.result, IRC_PARSE_LONG_TAGS);
	buf_clear(&line);
	for (int i = 0; i < 500; i++)
		buf_addf(&line, "%ct%d=%d", i ? ';' : '@', i, i);
	buf_adds(&line, ";t0=last;t499=dropped PING x");
	struct fixture g AUTOFIXTURE;
	parse_bytes(&g, line.data, line.len);
	assert_int_equal(g.result, IRC_PARSE_OK);
	assert_int_equal(g.msg.ntags, IRC_TAGS_MAX);
	assert_int_equal(g.msg.tags_dropped, 500 - IRC_TAGS_MAX + 1);
	assert_string_equal(irc_message_tag(&g.msg, "t0"), "last");
	assert_string_equal(irc_message_tag(&g.msg, "t63"), "63");
	assert_null(irc_message_tag(&g.msg, "t64"));
}

static void test_body_length(void **state UNUSED)
{
	for (int more = 0; more < 2; more++) {
		struct buf line AUTOBUF;
		buf_init(&line, 1 << 16);
		buf_adds(&line, "@k=v PRIVMSG #c :");
		while (line.len < (size_t)IRC_BODY_BYTES + 5 + (size_t)more)
			buf_addc(&line, 'v');
		buf_adds(&line, "\r\n");
		struct fixture f AUTOFIXTURE;
		parse(&f, line.data);
		assert_int_equal(
			f.result, more ? IRC_PARSE_LONG_BODY : IRC_PARSE_OK);
	}
}

static void test_source_length(void **state UNUSED)
{
	struct buf line AUTOBUF;
	buf_init(&line, 1 << 16);
	buf_addc(&line, ':');
	while (line.len < IRC_SOURCE_BYTES + 1)
		buf_addc(&line, 'h');
	buf_adds(&line, " PING");
	struct fixture f AUTOFIXTURE;
	parse(&f, line.data);
	assert_int_equal(f.result, IRC_PARSE_SOURCE);
	check_is_empty(&f.msg);
}

/* Names in every script, and text that is no script at all. */
static void test_scripts(void **state UNUSED)
{
	static const char *const names[] = {
		"Jos\xc3\xa9",
		"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd",
		"\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e",
		"\xd9\x85\xd8\xad\xd9\x85\xd8\xaf",
		"\xe0\xa4\x85\xe0\xa4\xae\xe0\xa4\xbf\xe0\xa4\xa4",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
		"\xe1\x84\x80\xe1\x85\xa1",
		"\xff\xfe\x80",
		"\x02\x1f",
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct fixture f AUTOFIXTURE;
		char *line AUTOFREE = xasprintf(":%s!u@h PRIVMSG #%s :%s",
			names[i], names[i], names[i]);
		parse(&f, line);
		assert_int_equal(f.result, IRC_PARSE_OK);
		assert_string_equal(f.msg.source.nick, names[i]);
		assert_string_equal(irc_message_param(&f.msg, 0) + 1, names[i]);
		assert_string_equal(irc_message_param(&f.msg, 1), names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_numeric),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_many_params),
		cmocka_unit_test(test_tags_broken),
		cmocka_unit_test(test_tags_length),
		cmocka_unit_test(test_tags_number),
		cmocka_unit_test(test_body_length),
		cmocka_unit_test(test_source_length),
		cmocka_unit_test(test_scripts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
